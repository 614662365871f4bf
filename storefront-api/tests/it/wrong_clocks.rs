//! A storefront on a machine whose clock is wrong: holds are those of Postgres.

use crate::shop::{Shop, Who};
use jiff::SignedDuration;
use serde_json::json;
use shared::ids::OrderId;
use testkit::{TestRedis, WrongClock};

async fn sells_as_ever(ahead: SignedDuration) {
    let redis = TestRedis::create().await;
    let changes = vec![("SLUICE_REDIS__URL", redis.url().to_owned())];
    let shop = Shop::open_on_machine_with(WrongClock(ahead), changes).await;
    let (seller, shopper, late) = (shop.seller().await, shop.shopper().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let pay = async |who: &Who, order_id: &str| {
        let path = format!("/v1/orders/{order_id}/payment");
        shop.post(&path, who, &json!({ "payment_method": "pm_card_approve" })).await
    };

    // Its hold has five minutes left, and the clock is an hour off.
    let order_id = shop.order_of(&shopper, &drop_id).await;
    pay(&shopper, &order_id).await.expect(202);
    shop.money_is_set_aside(&order_id).await;
    let order = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!(order["state"], "capturing");

    let order_id = shop.order_of(&late, &drop_id).await;
    sqlx::query("update orders set hold_expires_at = now() - interval '1 second' where id = $1")
        .bind(order_id.parse::<OrderId>().unwrap())
        .execute(&shop.app.pool)
        .await
        .unwrap();
    pay(&late, &order_id).await.expect_problem(409, "hold_expired");
}

#[tokio::test]
async fn a_storefront_whose_clock_is_an_hour_off_sells_for_as_long_as_holds_last() {
    for hours in [-1, 1] {
        sells_as_ever(SignedDuration::from_hours(hours)).await;
    }
}
