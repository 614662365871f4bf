//! Every route with every credential: made from the document, so that no route is forgotten.

use crate::{
    document::{Route, routes},
    shop::{NOBODY, Shop, Who},
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a route answers to a credential that is not its own.
fn refusal(route: &Route, credential: &str) -> Option<(u16, &'static str)> {
    match (route.role.as_str(), credential) {
        ("nobody" | "psp_signature", _) => None,
        ("session", "session") | ("seller_key", "seller") => None,
        ("operator_key", "operator" | "admin") | ("admin_key", "admin") => None,
        ("operator_key", "viewer") if route.method == "GET" => None,
        ("admin_key or seller_key", "admin" | "seller") => None,
        ("console", _) => Some((401, "console_session_required")),
        ("session", "none") => Some((401, "session_required")),
        ("session", "made-up session") => Some((401, "session_invalid")),
        (_, "none" | "made-up session") => Some((401, "api_key_required")),
        (_, "made-up key" | "bent key") => Some((401, "api_key_invalid")),
        _ => Some((403, "forbidden")),
    }
}

#[tokio::test]
async fn nobody_gets_past_a_role() {
    let shop = Shop::open().await;
    let credentials = [
        ("none", NOBODY),
        ("session", shop.shopper().await),
        ("seller", shop.seller().await.who),
        ("viewer", shop.viewer().await),
        ("operator", shop.operator().await),
        ("admin", shop.admin().await),
        ("made-up key", Who(Some(format!("sk_{}", "ab".repeat(32))))),
        ("bent key", Who(Some("sk_short".to_owned()))),
        ("made-up session", Who(Some("AQIBAaH-W9p9dWmHhDKDSoXcEw".to_owned()))),
    ];
    let mut n_refused = 0;
    for route in routes() {
        for (name, who) in &credentials {
            let Some((status, code)) = refusal(&route, name) else { continue };
            let answer = ask(&shop, &route, who).await;
            assert_eq!((answer.0, answer.1.as_str()), (status, code), "{name} at {route:?}");
            n_refused += 1;
        }
    }
    assert!(n_refused > 100, "{n_refused}");
}

#[tokio::test]
async fn the_right_credential_is_never_refused_for_its_role() {
    let shop = Shop::open().await;
    let (shopper, seller) = (shop.shopper().await, shop.seller().await.who);
    let (viewer, operator, admin) =
        (shop.viewer().await, shop.operator().await, shop.admin().await);
    for route in routes() {
        let who = match route.role.as_str() {
            "session" => &shopper,
            "seller_key" => &seller,
            "operator_key" if route.method == "GET" => &viewer,
            "operator_key" => &operator,
            "admin_key" => &admin,
            _ => continue,
        };
        let (status, code) = ask(&shop, &route, who).await;
        assert!(!matches!(status, 401 | 403) && status < 500, "{route:?}: {status} {code}");
    }
}

#[tokio::test]
async fn who_is_not_known_hears_what_to_send() {
    let shop = Shop::open().await;
    let made_up = Who(Some(format!("sk_{}", "ab".repeat(32))));
    for (path, who) in
        [("/v1/orders", &NOBODY), ("/v1/seller/drops", &NOBODY), ("/v1/operator/health", &made_up)]
    {
        let answer = shop.get(path, who).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{path}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_nobodys() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    shop.get("/v1/seller/drops", &seller.who).await.expect(200);
    sqlx::query("update api_keys set revoked_at = now()").execute(&shop.app.pool).await.unwrap();
    let answer = shop.get("/v1/seller/drops", &seller.who).await;
    answer.expect_problem(401, "api_key_invalid");
}

#[tokio::test]
async fn ever_new_keys_have_to_wait_and_good_ones_do_not() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut codes = BTreeSet::new();
    let mut rounds = 0..5;
    // As many at once as three seconds allow; a busy machine may take longer for them, not each time.
    while codes.len() < 2
        && let Some(round) = rounds.next()
    {
        let answers = join_all((0..60).map(async |n| {
            let made_up = Who(Some(format!("sk_{:064x}", 60 * round + n)));
            shop.get("/v1/seller/drops", &made_up).await
        }));
        for answer in answers.await {
            codes.insert((answer.status.as_u16(), answer.code().to_owned()));
        }
        shop.get("/v1/seller/drops", &seller.who).await.expect(200);
    }
    let wanted = [(401, "api_key_invalid"), (429, "rate_limited")];
    assert_eq!(codes, BTreeSet::from(wanted.map(|(status, code)| (status, code.to_owned()))));
}

#[tokio::test]
async fn a_cookie_is_as_good_as_a_bearer_but_not_from_a_foreign_page() {
    let shop = Shop::open().await;
    let token = shop.shopper().await.0.unwrap();
    let cookie = format!("__Host-sluice-session={token}");
    let orders = format!("{}/v1/orders", shop.url);
    let mine = shop.client.get(&orders).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(mine.status(), 200);
    let session = format!("{}/v1/session", shop.url);
    let foreign = shop.client.post(session).header("cookie", &cookie);
    let foreign = foreign.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
}

/// Sends an empty object, since the role is checked first.
pub(crate) async fn ask(shop: &Shop, route: &Route, who: &Who) -> (u16, String) {
    let id = Uuid::now_v7().to_string();
    let path = route.path.split('/').map(|part| if part.starts_with('{') { &id } else { part });
    let path = path.collect::<Vec<_>>().join("/");
    let method: Method = route.method.parse().unwrap();
    let response = shop.request(method, &path, who).json(&json!({})).send().await.unwrap();
    let status = response.status().as_u16();
    let body: serde_json::Value = response.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}
