//! Live numbers of a drop.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    money::payments::Conclusion,
    ordering::{counters, holds},
    selling::numbers,
};
use shared::decide::no_show::OrderEnds;
use std::collections::BTreeMap;

/// How many orders are in each state, counted one by one.
async fn counted(test_drop: &TestDrop) -> BTreeMap<String, i64> {
    let states: Vec<(String, i64)> =
        sqlx::query_as("select state, count(*) from orders group by state")
            .fetch_all(&test_drop.pool)
            .await
            .unwrap();
    states.into_iter().collect()
}

#[tokio::test]
async fn a_drops_numbers_are_those_of_its_orders() {
    let test_drop = TestDrop::new(DropOptions { units: 9, ..DropOptions::default() }).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    let read = || numbers::of_drop(pool, test_drop.seller_id, drop_id);
    assert!(read().await.unwrap().unwrap().orders.is_empty());

    test_drop.process(&test_drop.commands(2)).await;
    test_drop.let_holds_run_out().await;
    holds::expire_due(pool, drop_id, 1).await.unwrap();
    for _ in 0..2 {
        let (_, capture) = test_drop.capturing().await;
        test_drop.settle(capture, Conclusion::Captured).await;
    }
    test_drop.capturing().await;
    test_drop.authorizing().await;
    // Four units are left for eight orders.
    test_drop.process(&test_drop.commands(8)).await;

    let found = read().await.unwrap().unwrap();
    assert_eq!(found.orders, counted(&test_drop).await);
    assert!(found.orders.len() >= 6, "{:?}", found.orders);
    assert_eq!((found.units_total, found.units_available, found.units_sold), (9, 0, 2));
    assert_eq!(found.revenue_minor, 3000);
    // Nobody had begun to pay for those that expired. What was rejected never held anything.
    let [paid, expired] = ["confirmed", "expired"].map(|state| found.orders[state] as u64);
    assert_eq!(found.ends, OrderEnds { ended: paid + expired, no_shows: expired });
    let ends = counters::ends(pool, &[drop_id]).await.unwrap();
    assert_eq!(ends[&drop_id], found.ends);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn orders_that_ended_lately_are_counted_whichever_way_they_ended() {
    let test_drop = TestDrop::new(DropOptions { units: 3, ..DropOptions::default() }).await;
    let lately = async || numbers::ended_lately(&test_drop.pool, test_drop.drop_id).await.unwrap();
    let (_, capture) = test_drop.capturing().await;
    assert_eq!(lately().await, 0);
    test_drop.settle(capture, Conclusion::Captured).await;
    assert_eq!(lately().await, 1);
    // Two units are left for four orders.
    test_drop.process(&test_drop.commands(4)).await;
    assert_eq!(lately().await, 3);
    let long_ago = "update orders set updated_at = now() - interval '2 minutes'";
    sqlx::query(long_ago).execute(&test_drop.pool).await.unwrap();
    assert_eq!(lately().await, 0);
}

#[tokio::test]
async fn money_that_was_given_back_is_no_revenue() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    sqlx::query("update drops set state = 'cancelled'").execute(&test_drop.pool).await.unwrap();
    test_drop.settle(capture, Conclusion::Captured).await;
    let read = || numbers::of_drop(&test_drop.pool, test_drop.seller_id, test_drop.drop_id);
    assert_eq!(read().await.unwrap().unwrap().revenue_minor, 1500);

    let refund = test_drop.payment(order_id, "refund").await;
    test_drop.settle(refund, Conclusion::Refunded).await;

    let found = read().await.unwrap().unwrap();
    assert_eq!((found.revenue_minor, found.orders["confirmed"]), (0, 1));
}
