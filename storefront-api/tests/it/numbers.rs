//! Live numbers, with and without Redis.

use crate::shop::Shop;
use database::money::payments::{Conclusion, PaymentKind};
use serde_json::json;

#[tokio::test]
async fn sales_are_counted() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let path = format!("/v1/seller/drops/{drop_id}/numbers");
    let numbers = shop.get(&path, &seller.who).await.expect(200);
    assert_eq!(
        numbers["units"],
        json!({ "total": 100, "available": 99, "reserved": 1, "sold": 0 })
    );
    assert_eq!(numbers["orders"], json!({ "reserved": 1 }));
    assert_eq!(numbers["waits"]["people"], 1);
    assert_eq!((&numbers["revenue_minor"], &numbers["currency"]), (&json!(0), &json!("EUR")));
    let pay = json!({ "payment_method": "pm_card_approve" });
    shop.post(&format!("/v1/orders/{order_id}/payment"), &shopper, &pay).await.expect(202);
    shop.money_is_set_aside(&order_id).await;
    let numbers = shop.get(&path, &seller.who).await.expect(200);
    assert_eq!(numbers["orders"], json!({ "capturing": 1 }));
    shop.provider_answers(&order_id, PaymentKind::Capture, Conclusion::Captured).await;
    let numbers = shop.get(&path, &seller.who).await.expect(200);
    assert_eq!((&numbers["revenue_minor"], &numbers["units"]["sold"]), (&json!(1250), &json!(1)));
    assert_eq!(numbers["orders"], json!({ "confirmed": 1 }));
}

#[tokio::test]
async fn without_redis_sales_are_still_told() {
    // Nothing listens on port 1.
    let shop = Shop::open_with([("SLUICE_REDIS__URL", "redis://127.0.0.1:1".to_owned())]).await;
    let (seller, shopper, operator) =
        (shop.seller().await, shop.shopper().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/seller/drops/{drop_id}/numbers");
    let numbers = shop.get(&path, &seller.who).await.expect(200);
    assert_eq!((&numbers["line"], &numbers["waits"]), (&json!(null), &json!(null)));
    assert_eq!(numbers["units"]["total"], 100);
    let health = shop.get("/v1/operator/health", &operator).await.expect(200);
    assert_eq!((&health["status"], &health["redis"]), (&json!("degraded"), &json!(false)));
    let open = "update drops set state = 'open', epoch = 1, epoch_state = 'open'";
    sqlx::query(open).execute(&shop.app.pool).await.unwrap();
    let tickets = shop.get("/v1/tickets", &shopper).await;
    tickets.expect_problem(503, "queue_unavailable");
    assert_eq!(tickets.headers["retry-after"], "1");
}

#[tokio::test]
async fn silent_workers_are_shown_as_such() {
    let shop = Shop::open().await;
    let operator = shop.operator().await;
    let beats = "insert into heartbeats (instance, role, beat_at) values
        ('one', 'drain', now()), ('two', 'orders', now() - interval '1 minute')";
    sqlx::query(beats).execute(&shop.app.pool).await.unwrap();
    let health = shop.get("/v1/operator/health", &operator).await.expect(200);
    let alive: Vec<_> =
        health["workers"].as_array().unwrap().iter().map(|worker| &worker["alive"]).collect();
    assert_eq!(alive, [true, false]);
}
