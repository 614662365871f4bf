//! U2: browsers without scripts.

use crate::{
    answer::Answer,
    shop::{NOBODY, SOON, Shop, Who},
};
use reqwest::{
    Client, Method, RequestBuilder,
    header::{CONTENT_TYPE, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE},
    redirect::Policy,
};
use testkit::{TestRedis, wait_until};
use uuid::Uuid;

/// A form as a browser sends it from a page of this origin; it does not follow where it is led.
fn form(
    shop: &Shop,
    path: &str,
    who: &Who,
    origin: &str,
    fields: &[(&str, &str)],
) -> RequestBuilder {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request =
        client.request(Method::POST, format!("{}{path}", shop.url)).header(ORIGIN, origin);
    let request = match &who.0 {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(pairs.join("&"))
}

async fn send(shop: &Shop, path: &str, who: &Who, fields: &[(&str, &str)]) -> Answer {
    Answer::read(form(shop, path, who, &shop.url, fields).send().await.unwrap()).await
}

/// Where an answer leads.
fn led_to(answer: &Answer) -> &str {
    answer.headers[LOCATION].to_str().unwrap()
}

/// The value of a hidden field of a page.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn a_form_leads_into_the_line_with_a_session() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    let action = format!("action=\"/drops/{drop_id}/enter?lang=en\"");
    let page = wait_until("page with a form", SOON, async || {
        let page = shop.get(&format!("/drops/{drop_id}"), &NOBODY).await.text;
        page.contains(&action).then_some(page)
    })
    .await;
    let variant = format!("name=\"variant_id\" value=\"{}\" required checked", seller.variant_id);
    let line = format!("href=\"http://127.0.0.1:8081/drops/{drop_id}/line?lang=en\"");
    for part in [&variant, &line, "name=\"units\" min=\"1\" max=\"1\""] {
        assert!(page.contains(part), "{part}: {page}");
    }

    let path = format!("/drops/{drop_id}/enter?lang=ko");
    let fields = [("variant_id", seller.variant_id.as_str()), ("units", "1")];
    let sent = send(&shop, &path, &NOBODY, &fields).await;
    // The browser sends the same form there.
    assert_eq!(sent.status, 307, "{}", sent.text);
    assert_eq!(led_to(&sent), format!("http://127.0.0.1:8081/drops/{drop_id}/line?lang=ko"));
    assert_eq!(
        sent.headers[REFERRER_POLICY], "strict-origin",
        "or the form would come from nowhere"
    );
    let cookie = sent.headers[SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-sluice-session=") && cookie.contains("HttpOnly"),
        "{cookie}"
    );

    for foreign in ["https://evil.example", "null"] {
        let refused = form(&shop, &path, &NOBODY, foreign, &fields).send().await.unwrap();
        let refused = Answer::read(refused).await;
        refused.expect_problem(403, "origin_refused");
        assert!(!refused.headers.contains_key(SET_COOKIE));
    }
}

#[tokio::test]
async fn who_has_work_to_prove_first_hears_that_it_needs_scripts() {
    let redis = TestRedis::create().await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_ABUSE__POW_EXEMPT", "192.0.2.0/24".to_owned()),
        ("SLUICE_ABUSE__POW_MODE", "always".to_owned()),
    ])
    .await;
    let path = format!("/drops/{}/enter", Uuid::now_v7());
    let refused = send(&shop, &path, &NOBODY, &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Please turn JavaScript on"), "{}", refused.text);
    assert!(!refused.headers.contains_key(SET_COOKIE));
}

#[tokio::test]
async fn an_order_is_paid_for_by_a_form_once_however_often_it_is_sent() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let order_id = shop.order_of(&shopper, &shop.drop_of(&seller).await).await;
    let page = format!("/orders/{order_id}/plain");
    let held = shop.get(&page, &shopper).await;
    assert_eq!(held.status, 200);
    for part in ["Friday drop", "Pay €12.50", "Held until", "pm_card_decline", "Time left to pay"]
    {
        assert!(held.text.contains(part), "{part}: {}", held.text);
    }
    assert_eq!(held.headers["cache-control"], "no-store");
    let csp = held.headers["content-security-policy"].to_str().unwrap();
    assert!(!csp.contains("script-src") && csp.contains("form-action 'self'"), "{csp}");

    let fields = [("payment_method", "pm_card_approve"), ("key", hidden(&held.text, "key"))];
    for _ in 0..2 {
        let paid = send(&shop, &format!("{page}/pay"), &shopper, &fields).await;
        assert_eq!(
            (paid.status.as_u16(), led_to(&paid)),
            (303, format!("{page}?lang=en").as_str())
        );
    }
    let n_payments: i64 = shop.database.scalar("select count(*) from payments").await;
    assert_eq!(n_payments, 1);
    let moving = shop.get(&page, &shopper).await.text;
    assert!(moving.contains("Checking your payment"), "{moving}");
    assert!(moving.contains("http-equiv=\"refresh\" content=\"2; url="), "{moving}");
}

#[tokio::test]
async fn an_order_is_given_back_by_a_form_and_then_can_not_be_paid() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let order_id = shop.order_of(&shopper, &shop.drop_of(&seller).await).await;
    let page = format!("/orders/{order_id}/plain");
    let released = send(&shop, &format!("{page}/release?lang=ko"), &shopper, &[]).await;
    assert_eq!(
        (released.status.as_u16(), led_to(&released)),
        (303, format!("{page}?lang=ko").as_str())
    );
    let over = shop.get(&format!("{page}?lang=ko"), &shopper).await.text;
    assert!(over.contains("주문이 취소되었어요") && !over.contains("<form"), "{over}");

    let fields = [("payment_method", "pm_card_approve"), ("key", "a")];
    let late = send(&shop, &format!("{page}/pay"), &shopper, &fields).await;
    assert_eq!(led_to(&late), format!("{page}?lang=en&problem=order_wrong_state"));
    let told = shop.get(led_to(&late), &shopper).await.text;
    assert!(told.contains("That didn&#39;t work") || told.contains("That didn't work"), "{told}");
}

#[tokio::test]
async fn nobody_sees_or_pays_for_the_order_of_another() {
    let shop = Shop::open().await;
    let (owner, stranger) = (shop.shopper().await, shop.shopper().await);
    let order_id = shop.order_of(&owner, &shop.drop_of(&shop.seller().await).await).await;
    let page = format!("/orders/{order_id}/plain");
    for who in [&stranger, &NOBODY] {
        let hidden = shop.get(&page, who).await;
        assert_eq!(hidden.status, 404);
        assert!(hidden.text.contains("We can't find this order"), "{}", hidden.text);
        assert!(!hidden.text.contains("Friday drop"), "{}", hidden.text);
    }
    let fields = [("payment_method", "pm_card_approve"), ("key", "a")];
    let foreign = send(&shop, &format!("{page}/pay"), &stranger, &fields).await;
    assert!(led_to(&foreign).ends_with("&problem=order_not_found"), "{}", led_to(&foreign));
    send(&shop, &format!("{page}/release"), &NOBODY, &[])
        .await
        .expect_problem(401, "session_required");
    let untouched = shop.get(&page, &owner).await.text;
    assert!(untouched.contains("Pay €12.50"), "{untouched}");
}

#[tokio::test]
async fn the_page_of_an_order_leads_on_where_scripts_are_off() {
    let shop = Shop::open().await;
    let page = shop.get("/orders/7?lang=ko", &NOBODY).await.text;
    let way = "<noscript><meta http-equiv=\"refresh\" content=\"0; url=/orders/7/plain?lang=ko\">";
    assert!(page.contains(way), "{page}");
    let nothing = shop.get("/orders/7/plain", &NOBODY).await;
    assert_eq!(nothing.status, 404);
}
