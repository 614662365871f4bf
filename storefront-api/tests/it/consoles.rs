//! Signing in to the consoles, and what a browser that is signed in may do.

use crate::{
    answer::{Answer, text},
    console_browser::ConsoleBrowser,
    shop::{NOBODY, Shop, Who},
};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::SellerId;
use std::collections::BTreeSet;

const SESSION: &str = "/v1/console/session";
const LINKS: &str = "/v1/console/links";

/// What the newest entries of the audit log are about, and who did it, the newest first.
async fn audit(shop: &Shop, admin: &Who, n: usize) -> Vec<String> {
    let page = shop.get(&format!("/v1/operator/audit?limit={n}"), admin).await.expect(200);
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| format!("{} by {}", text(row, "action"), text(row, "actor"))).collect()
}

async fn link(shop: &Shop, who: &Who, body: &Value) -> String {
    text(&shop.post(LINKS, who, body).await.expect(201), "url")
}

#[tokio::test]
async fn a_key_signs_a_browser_in_until_it_signs_out() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    let browser = ConsoleBrowser::with_key(&shop, &admin).await;
    let told = &browser.session;
    assert_eq!((&told["role"], &told["level"]), (&json!("operator"), &json!("admin")));
    assert_eq!((&told["name"], &told["seller_id"]), (&json!("eve"), &Value::Null));
    assert_eq!(&browser.who_is_here().await.expect(200), told);
    assert_eq!(audit(&shop, &admin, 1).await, ["console.sign_in by operator:eve"]);
    browser.get("/v1/operator/health").await.expect(200);
    browser.get("/v1/seller/drops").await.expect_problem(403, "forbidden");

    let of_seller = ConsoleBrowser::with_key(&shop, &seller.who).await;
    let told = &of_seller.session;
    assert_eq!((&told["role"], &told["level"]), (&json!("seller"), &Value::Null));
    assert_eq!(told["seller_id"], seller.id.to_string());
    of_seller.get("/v1/seller/drops").await.expect(200);

    let left = browser.sign_out().await;
    assert_eq!(left.status, 204);
    let set = left.headers["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("__Host-sluice-console=;") && set.contains("Max-Age=0"), "{set}");
    browser.who_is_here().await.expect_problem(401, "console_session_required");
    browser.get("/v1/operator/health").await.expect_problem(401, "console_session_required");
    of_seller.get("/v1/seller/drops").await.expect(200);
    assert_eq!(browser.sign_out().await.status, 204, "as often as somebody asks");
}

#[tokio::test]
async fn what_is_no_key_signs_nobody_in() {
    let shop = Shop::open().await;
    let key = |digits: &str| json!({ "key": format!("sk_{digits}") });
    // An address may try five at once.
    for body in [key(&"ab".repeat(32)), key("short")] {
        shop.post(SESSION, &NOBODY, &body).await.expect_problem(401, "api_key_invalid");
    }
    let link = json!({ "link_token": format!("ct_{}", "ab".repeat(32)) });
    shop.post(SESSION, &NOBODY, &link).await.expect_problem(401, "console_link_invalid");
    let both = json!({ "key": "sk_x", "link_token": "ct_x" });
    shop.post(SESSION, &NOBODY, &both).await.expect_problem(422, "invalid_fields");
    let n_sessions: i64 = shop.database.scalar("select count(*) from console_sessions").await;
    assert_eq!(n_sessions, 0);
}

#[tokio::test]
async fn who_tries_to_sign_in_again_and_again_has_to_wait() {
    let shop = Shop::open().await;
    let mut codes = BTreeSet::new();
    // Five a second, and the machine may be slow.
    for n in 0..200 {
        let link = json!({ "link_token": format!("ct_{n:064x}") });
        codes.insert(shop.post(SESSION, &NOBODY, &link).await.code().to_owned());
        if codes.len() == 2 {
            break;
        }
    }
    assert!(codes.contains("rate_limited"), "{codes:?}");
}

#[tokio::test]
async fn a_change_needs_our_own_page_whatever_the_cookie_says() {
    let shop = Shop::open().await;
    let (seller, operator, admin) =
        (shop.seller().await, shop.operator().await, shop.admin().await);
    let drop_id = shop.drop_of(&seller).await;
    let browser = ConsoleBrowser::with_key(&shop, &operator).await;
    let limits = format!("/v1/operator/drops/{drop_id}/limits");
    let slower = json!({ "occupancy_cap": 5, "why": "a test" });
    let foreign = "https://evil.example";
    for (headers, code) in [
        (vec![], "console_header_required"),
        (vec![("origin", shop.url.as_str())], "console_header_required"),
        (vec![("x-sluice-console", "1")], "console_header_required"),
        (vec![("origin", foreign), ("x-sluice-console", "1")], "origin_refused"),
    ] {
        let mut request = browser.request(Method::PATCH, &limits).json(&slower);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        answer.expect_problem(403, code);
    }
    let read = browser.request(Method::GET, &limits).header("origin", foreign);
    assert_eq!(read.send().await.unwrap().status(), 403, "no other page may read, either");

    let changed = browser.send(Method::PATCH, &limits, &slower).await.expect(200);
    assert_eq!((&changed["occupancy_cap"], &changed["limits_version"]), (&json!(5), &json!(2)));
    assert_eq!(audit(&shop, &admin, 1).await, ["drop.limits by operator:ann"]);
}

#[tokio::test]
async fn a_viewer_sees_in_the_console_what_a_viewer_sees() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let drop_id = shop.drop_of(&seller).await;
    let browser = ConsoleBrowser::with_key(&shop, &viewer).await;
    let limits = format!("/v1/operator/drops/{drop_id}/limits");
    browser.get(&limits).await.expect(200);
    let slower = json!({ "occupancy_cap": 5, "why": "a test" });
    let refused = browser.send(Method::PATCH, &limits, &slower).await;
    refused.expect_problem(403, "forbidden");
    let body = json!({ "role": "viewer", "name": "bob", "why": "a look" });
    browser.send(Method::POST, LINKS, &body).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_console_and_a_shopper_are_apart_in_one_browser() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let browser = ConsoleBrowser::with_key(&shop, &seller.who).await;
    browser.get("/v1/orders").await.expect_problem(401, "session_required");
    let both = format!("{}; __Host-sluice-session={}", browser.cookie, shopper.0.unwrap());
    for path in ["/v1/orders", "/v1/seller/drops"] {
        let request = shop.request(Method::GET, path, &NOBODY).header("cookie", &both);
        assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
    }
    let operator = shop.operator().await;
    let with_key = shop.request(Method::GET, "/v1/operator/health", &operator);
    let with_key = with_key.header("cookie", &both).send().await.unwrap();
    assert_eq!(with_key.status(), 200, "what was sent on purpose counts");
}

#[tokio::test]
async fn a_link_leads_in_once_and_is_worth_what_it_says() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    let body = json!({ "role": "viewer", "name": "bob", "why": "a look at the sale" });
    let url = link(&shop, &admin, &body).await;
    assert!(url.starts_with(&format!("{}/operator#token=ct_", shop.url)), "{url}");
    let browser = ConsoleBrowser::by_link(&shop, &url).await.ok().unwrap();
    let told = (&browser.session["level"], &browser.session["name"]);
    assert_eq!(told, (&json!("viewer"), &json!("bob")));
    let again = ConsoleBrowser::by_link(&shop, &url).await.err().unwrap();
    again.expect_problem(401, "console_link_invalid");
    let wanted = ["console.sign_in by operator:bob", "console.link by operator:eve"];
    assert_eq!(audit(&shop, &admin, 2).await, wanted);

    let body = json!({ "role": "seller", "name": "till", "why": "the till" });
    let url = link(&shop, &seller.who, &body).await;
    assert!(url.starts_with(&format!("{}/seller#token=ct_", shop.url)), "{url}");
    let till = ConsoleBrowser::by_link(&shop, &url).await.ok().unwrap();
    assert_eq!(till.session["seller_id"], seller.id.to_string());
    till.get("/v1/seller/drops").await.expect(200);

    sqlx::query("update api_keys set revoked_at = now()").execute(&shop.app.pool).await.unwrap();
    for browser in [browser, till] {
        let gone = browser.who_is_here().await;
        gone.expect_problem(401, "console_session_required");
    }
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_have() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let (operator, admin) = (shop.operator().await, shop.admin().await);
    let body = |role: &str, seller_id: Option<SellerId>| -> Value {
        json!({ "role": role, "name": "bob", "seller_id": seller_id, "why": "a test" })
    };
    let ask = async |who: &Who, body: Value| shop.post(LINKS, who, &body).await;
    for role in ["viewer", "operator", "admin"] {
        ask(&seller.who, body(role, None)).await.expect_problem(403, "forbidden");
        ask(&operator, body(role, None)).await.expect_problem(403, "forbidden");
        ask(&admin, body(role, None)).await.expect(201);
    }
    let foreign = ask(&seller.who, body("seller", Some(other.id))).await;
    foreign.expect_problem(404, "seller_not_found");
    ask(&seller.who, body("seller", Some(seller.id))).await.expect(201);
    ask(&admin, body("seller", Some(other.id))).await.expect(201);
    for seller_id in [None, Some(SellerId::generate())] {
        let nobodys = ask(&admin, body("seller", seller_id)).await;
        nobodys.expect_problem(404, "seller_not_found");
    }
    let odd = ask(&admin, body("viewer", Some(other.id))).await;
    odd.expect_problem(422, "invalid_fields");
}

#[tokio::test]
async fn what_is_sent_twice_from_a_console_is_done_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let browser = ConsoleBrowser::with_key(&shop, &seller.who).await;
    let body = crate::shop::product_body();
    let post = async || {
        let request = browser.request(Method::POST, "/v1/seller/products").json(&body);
        let request = request.header("origin", &shop.url).header("x-sluice-console", "1");
        let sent = request.header("idempotency-key", "lamp").send().await.unwrap();
        Answer::read(sent).await.expect(201)
    };
    assert_eq!(post().await, post().await);
    let keyed = browser.request(Method::POST, "/v1/seller/products").json(&body);
    let keyed = keyed.header("idempotency-key", "other").send().await.unwrap();
    assert_eq!(keyed.status(), 403, "a foreign page takes no key");
}
