//! Shoppers choose how many of the held units to take.

use crate::shop::{NOBODY, Shop, Who};
use database::ordering::{
    offsets,
    order_batch::{BatchOutcome, BatchRecord, OrderBatch, RecordContent, process},
};
use serde_json::{Value, json};
use shared::drops::Fulfilment;
use std::sync::Arc;
use testkit::stored::{DropOptions, StoredDrop, store_open_drop};

/// Stores an open drop whose units cost 1500 KRW each.
async fn open_drop(shop: &Shop, fulfilment: Fulfilment) -> StoredDrop {
    store_open_drop(&shop.app.pool, DropOptions { fulfilment, ..DropOptions::default() }).await
}

/// Has four units held for a shopper, as the workers do; returns the path of the order.
async fn four_held(shop: &Shop, stored: &StoredDrop, shopper: &Who) -> String {
    let command = stored.command(shop.shopper_id(shopper).await, 4);
    let path = format!("/v1/orders/{}", command.ticket_id);
    let (topic, partition) = ("a-topic".to_owned(), stored.partition);
    let begun = offsets::find_or_begin(&shop.app.pool, &topic, partition, 0, "a-cluster").await;
    let offset = begun.unwrap().next_offset;
    let record = BatchRecord {
        offset,
        fingerprint: vec![0; 32],
        payload: Vec::new(),
        content: RecordContent::Command(command),
    };
    let batch = OrderBatch {
        topic,
        partition,
        generation: 1,
        expected_offset: offset,
        owner: "test".into(),
        records: vec![record],
    };
    let outcome = process(&shop.app.pool, Arc::new(batch)).await.unwrap();
    assert!(matches!(outcome, BatchOutcome::Done(done) if done.n_placed == 1));
    path
}

/// What an order says of its units: how many, at what price, and whether they may still be chosen.
fn units(order: &Value) -> (&Value, &Value, &Value) {
    (&order["units"], &order["amount_minor"], &order["may_choose_units"])
}

#[tokio::test]
async fn what_a_shopper_does_not_take_is_not_paid_for() {
    let shop = Shop::open().await;
    let stored = open_drop(&shop, Fulfilment::Checkout).await;
    let shopper = shop.shopper().await;
    let order = four_held(&shop, &stored, &shopper).await;
    let choose = async |units: u32| {
        shop.post(&format!("{order}/units"), &shopper, &json!({ "units": units })).await
    };
    let held = shop.get(&order, &shopper).await.expect(200);
    assert_eq!(units(&held), (&json!(4), &json!(6_000), &json!(true)));
    assert_eq!(held["variant_name"], "A variant");

    for _ in 0..2 {
        let chosen = choose(2).await.expect(200);
        assert_eq!(units(&chosen), (&json!(2), &json!(3_000), &json!(true)));
        assert_eq!(
            (&chosen["state"], &chosen["reason"]),
            (&json!("reserved"), &json!("units_chosen"))
        );
        assert_eq!(chosen["timeline"].as_array().unwrap().len(), 2, "{chosen}");
    }
    choose(3).await.expect_problem(409, "units_not_held");
    assert_eq!(units(&choose(1).await.expect(200)), (&json!(1), &json!(1_500), &json!(false)));

    let card = json!({ "payment_method": "pm_card_approve" });
    shop.post(&format!("{order}/payment"), &shopper, &card).await.expect(202);
    let asked: i64 = shop.database.scalar("select amount_minor from payments").await;
    assert_eq!(asked, 1_500);
    choose(1).await.expect_problem(409, "order_wrong_state");
    let free: i64 = shop.database.scalar("select sum(available) from inventory").await;
    assert_eq!(free, 99);
}

#[tokio::test]
async fn whoever_gets_the_last_units_is_told_so_until_they_choose() {
    let shop = Shop::open().await;
    let stored = open_drop(&shop, Fulfilment::Checkout).await;
    let shopper = shop.shopper().await;
    let order = four_held(&shop, &stored, &shopper).await;
    let held = shop.get(&order, &shopper).await.expect(200);
    assert_eq!(held["are_last_units"], false, "as many as a ticket may have");

    sqlx::query("update drops set max_units_per_ticket = 5, max_units_per_customer = 5")
        .execute(&shop.app.pool)
        .await
        .unwrap();
    assert_eq!(shop.get(&order, &shopper).await.expect(200)["are_last_units"], true);
    let chosen = shop.post(&format!("{order}/units"), &shopper, &json!({ "units": 3 })).await;
    assert_eq!(chosen.expect(200)["are_last_units"], false);
}

#[tokio::test]
async fn units_are_chosen_by_whom_they_are_held_for_and_where_they_may_be() {
    let shop = Shop::open().await;
    let (shopper, stranger) = (shop.shopper().await, shop.shopper().await);
    let checkout = open_drop(&shop, Fulfilment::Checkout).await;
    let path = format!("{}/units", four_held(&shop, &checkout, &shopper).await);
    let two = json!({ "units": 2 });
    shop.post(&path, &NOBODY, &two).await.expect_problem(401, "session_required");
    shop.post(&path, &stranger, &two).await.expect_problem(404, "order_not_found");
    for (body, status, code) in [
        (json!({ "units": 0 }), 422, "invalid_fields"),
        (json!({ "units": 1001 }), 422, "invalid_fields"),
        (json!({ "units": -1 }), 400, "invalid_body"),
        (json!({ "units": 1.5 }), 400, "invalid_body"),
        (json!({ "units": "2" }), 400, "invalid_body"),
        (json!({}), 400, "invalid_body"),
        (json!({ "units": 2, "price_minor": 1 }), 400, "invalid_body"),
    ] {
        let answer = shop.post(&path, &shopper, &body).await;
        answer.expect_problem(status, code);
        assert!(!answer.fields().is_empty(), "{body}");
    }

    let auto = open_drop(&shop, Fulfilment::Auto).await;
    let order = four_held(&shop, &auto, &shopper).await;
    let answer = shop.post(&format!("{order}/units"), &shopper, &two).await;
    answer.expect_problem(409, "units_fixed");
    assert_eq!(shop.get(&order, &shopper).await.expect(200)["may_choose_units"], false);

    let over = "update orders set hold_expires_at = now()";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    shop.post(&path, &shopper, &two).await.expect_problem(409, "hold_expired");
}
