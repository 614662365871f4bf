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

#[tokio::test]
async fn waits_are_those_of_the_last_to_join_of_all_who_were_let_in() {
    let test_drop = TestDrop::new(DropOptions { units: 9, ..DropOptions::default() }).await;
    let waits = async || numbers::waits(&test_drop.pool, test_drop.drop_id).await.unwrap();
    assert_eq!(waits().await, None, "nobody was let in");
    test_drop.process(&test_drop.commands(3)).await;
    let execute = async |sql: &'static str| {
        sqlx::query(sql).bind(test_drop.drop_id).execute(&test_drop.pool).await.unwrap();
    };
    // The id of each says when it joined: 1000 s after 1970. They were let in 1, 2 and 9 s later.
    execute(
        "with numbered as (
             select id, row_number() over (order by id) as n from orders where drop_id = $1)
         update orders o set admitted_at = to_timestamp(1000 + case n when 3 then 9 else n end),
             id = overlay(o.id::text placing '0000000f-4240-7000-8000' from 1 for 23)::uuid
         from numbered n where n.id = o.id and o.drop_id = $1",
    )
    .await;
    let seen = waits().await.unwrap();
    assert_eq!((seen.people, seen.p50_ms, seen.p90_ms), (3, 2000, 9000));

    execute("update orders set admitted_at = 'epoch' where drop_id = $1").await;
    let seen = waits().await.unwrap();
    assert_eq!((seen.p50_ms, seen.p90_ms), (0, 0), "two clocks may differ");
}
