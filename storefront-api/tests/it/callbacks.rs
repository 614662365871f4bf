//! Callbacks of the payment provider: forged, stale, repeated, strange.

use crate::{
    answer::Answer,
    shop::{CALLBACK_SECRET, Shop},
};
use aws_lc_rs::hmac;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

fn signature(secret: &str, at: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex::encode(tag))
}

fn now() -> i64 {
    SystemClock.now().as_second()
}

fn event(id: &str, reference: &str) -> Value {
    json!({
        "event_id": id, "payment_id": "pay_1", "reference": reference,
        "type": "payment.captured", "status": "captured", "amount_minor": 1, "currency": "EUR",
        "created_at": "2026-01-01T00:00:00Z",
    })
}

async fn send(shop: &Shop, signature: &str, body: &str) -> Answer {
    let request = shop.client.post(format!("{}/v1/provider/callbacks", shop.url));
    let request = request.header("content-type", "application/json");
    let request = request.header("sluice-psp-signature", signature).body(body.to_owned());
    Answer::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn forged_and_stale_ones_are_refused() {
    let shop = Shop::open().await;
    let body = event("evt_1", "x").to_string();
    let good = signature(CALLBACK_SECRET, now(), &body);
    for (signature, code) in [
        (signature("another secret", now(), &body), "callback_forged"),
        (signature(CALLBACK_SECRET, now(), "{}"), "callback_forged"),
        (good.replace("t=", "t=1"), "callback_forged"),
        ("t=1,v1=".to_owned(), "callback_forged"),
        ("nonsense".to_owned(), "callback_forged"),
        (String::new(), "callback_forged"),
        (signature(CALLBACK_SECRET, now() - 301, &body), "callback_stale"),
        (signature(CALLBACK_SECRET, now() + 310, &body), "callback_stale"),
    ] {
        send(&shop, &signature, &body).await.expect_problem(401, code);
    }
    let n_events: i64 = shop.database.scalar("select count(*) from provider_events").await;
    assert_eq!(n_events, 0);
}

#[tokio::test]
async fn a_good_one_is_a_hint_and_taken_once() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let pay = json!({ "payment_method": "pm_card_approve" });
    shop.post(&format!("/v1/orders/{order_id}/payment"), &shopper, &pay).await.expect(202);
    let later = "with p as (update payments set status = 'unknown')
        update payment_calls set due_at = now() + interval '1 hour'";
    sqlx::query(later).execute(&shop.app.pool).await.unwrap();

    let body = event("evt_1", &order_id).to_string();
    let signature = signature(CALLBACK_SECRET, now(), &body);
    let first = send(&shop, &signature, &body).await.expect(200);
    assert_eq!(first, json!({ "received": true, "repeated": false }));
    let again = send(&shop, &signature, &body).await.expect(200);
    assert_eq!(again, json!({ "received": true, "repeated": true }));

    let due: bool = shop.database.scalar("select due_at <= now() from payment_calls").await;
    assert!(due, "the provider will be asked");
    let order = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!(order["state"], "authorizing", "what a callback claims is not believed");
}

#[tokio::test]
async fn strange_ones_do_no_harm() {
    let shop = Shop::open().await;
    let strange = [
        (event("evt_1", "no order of ours").to_string(), 200),
        (event("evt_2", "01a1fe5b-ae30-741f-b967-b57518a72e1d").to_string(), 200),
        (event("", "x").to_string(), 400),
        (event(&"e".repeat(256), "x").to_string(), 400),
        (event("evt\u{0}", "x").to_string(), 400),
        (json!({ "event_id": 7, "reference": [], "type": null }).to_string(), 400),
        ("<html>".to_owned(), 400),
        (String::new(), 400),
    ];
    for (body, status) in strange {
        let answer = send(&shop, &signature(CALLBACK_SECRET, now(), &body), &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn without_a_secret_nothing_is_believed() {
    let redis = testkit::TestRedis::create().await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_PAYMENTS__CALLBACK_SECRET", String::new()),
    ])
    .await;
    let body = event("evt_1", "x").to_string();
    let answer = send(&shop, &signature("", now(), &body), &body).await;
    answer.expect_problem(401, "callback_forged");
}
