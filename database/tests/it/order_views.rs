//! Orders as their shoppers see them.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    PgPool,
    money::payments::Conclusion,
    ordering::order_views::{self, OrderView},
    selling::drops::{self, ModeChange},
};
use shared::{
    drop_message::DropMessage,
    drops::{DropMode, DropState},
    ids::{OrderId, ShopperId},
};
use std::{slice, sync::Arc};
use testkit::TestDatabase;

fn states(order: &OrderView) -> Vec<&'static str> {
    order.timeline.iter().map(|step| step.state.as_str()).collect()
}

async fn listed(pool: &PgPool, shopper_id: ShopperId, before: Option<OrderId>) -> Vec<OrderId> {
    let orders = order_views::list_of_shopper(pool, shopper_id, before, 2).await.unwrap();
    orders.iter().map(|order| order.id).collect()
}

#[tokio::test]
async fn look_ups_are_answered_in_order_and_nobody_sees_anothers_order() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (first, of_first) = test_drop.reserved().await;
    let (second, of_second) = test_drop.reserved().await;
    let wanted = [
        (of_second, second),
        (of_first, first),
        (of_first, second),
        (of_second, second),
        (of_first, OrderId::generate()),
    ];
    let found = order_views::find_of_shoppers(&test_drop.pool, &wanted).await.unwrap();
    let ids: Vec<_> = found.iter().map(|order| order.as_ref().map(|order| order.id)).collect();
    assert_eq!(ids, [Some(second), Some(first), None, Some(second), None]);
}

#[tokio::test]
async fn an_order_is_seen_with_its_timeline() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, _) = test_drop.capturing().await;
    let shopper_id: ShopperId = sqlx::query_scalar("select shopper_id from orders")
        .fetch_one(&test_drop.pool)
        .await
        .unwrap();

    let wanted = [(shopper_id, order_id)];
    let found = order_views::find_of_shoppers(&test_drop.pool, &wanted).await.unwrap();
    let [Some(order)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((order.state.as_str(), order.flash_drop.title.as_str()), ("capturing", "A drop"));
    assert_eq!(states(order), ["reserved", "authorizing", "authorized", "capturing"]);

    let list = |before| order_views::list_of_shopper(&test_drop.pool, shopper_id, before, 10);
    let listed = list(None).await.unwrap();
    assert_eq!(listed.iter().map(states).collect::<Vec<_>>(), [states(order)]);
    assert!(list(Some(order_id)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_shoppers_orders_of_all_drops_are_listed_newest_first() {
    let database = Arc::new(TestDatabase::create().await);
    let one = TestDrop::in_database(&database, DropOptions::default()).await;
    let two = TestDrop::in_database(&database, DropOptions::default()).await;
    let shopper_id = ShopperId::generate();
    let commands = [&one, &two, &one].map(|test_drop| test_drop.command(shopper_id, 1));
    one.process(&[commands[0].clone(), commands[2].clone()]).await;
    two.process(&commands[1..2]).await;
    one.process(&one.commands(2)).await;

    let mut ids: Vec<OrderId> = commands.iter().map(|command| command.ticket_id.into()).collect();
    ids.sort_unstable();
    ids.reverse();
    assert_eq!(listed(&one.pool, shopper_id, None).await, ids[..2]);
    assert_eq!(listed(&one.pool, shopper_id, Some(ids[1])).await, ids[2..]);
}

#[tokio::test]
async fn an_order_tells_of_a_cancelled_drop_and_of_money_that_goes_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let shopper_id: ShopperId = sqlx::query_scalar("select shopper_id from orders")
        .fetch_one(&test_drop.pool)
        .await
        .unwrap();
    let seen = async || {
        let wanted = [(shopper_id, order_id)];
        let found = order_views::find_of_shoppers(&test_drop.pool, &wanted).await.unwrap();
        let [Some(order)] = &found[..] else { panic!("{found:?}") };
        (order.flash_drop.state, order.flash_drop.end_reason.clone(), order.is_refunded)
    };
    assert_eq!(seen().await, (DropState::Open, None, None));

    let cancel = "update drops set state = 'cancelled', end_reason = 'a scratch'";
    sqlx::query(cancel).execute(&test_drop.pool).await.unwrap();
    test_drop.settle(capture, Conclusion::Captured).await;
    let reason = Some("a scratch".to_owned());
    assert_eq!(seen().await, (DropState::Cancelled, reason.clone(), Some(false)));

    let refund = test_drop.payment(order_id, "refund").await;
    test_drop.settle(refund, Conclusion::Refunded).await;
    assert_eq!(seen().await, (DropState::Cancelled, reason, Some(true)));
}

#[tokio::test]
async fn an_order_tells_what_is_said_in_each_language_and_no_text_of_it_is_too_long() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let TestDrop { pool, drop_id, .. } = &test_drop;
    let shopper_id = ShopperId::generate();
    let command = test_drop.command(shopper_id, 1);
    test_drop.process(slice::from_ref(&command)).await;
    let told = DropMessage::Each { en: "x".repeat(500), ko: "가".repeat(500) };
    let message = Some(told.clone());
    let change = ModeChange { mode: DropMode::Paused, until: None, message };
    drops::change_mode(pool, *drop_id, change, "operator:ann", "a test").await.unwrap();
    let wanted = [(shopper_id, command.ticket_id.into())];
    let found = order_views::find_of_shoppers(pool, &wanted).await.unwrap();
    let [Some(order)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(order.flash_drop.message, Some(told));

    for (n_english, n_korean) in [(501, 1), (1, 501)] {
        let long = DropMessage::Each { en: "x".repeat(n_english), ko: "x".repeat(n_korean) };
        let update = sqlx::query("update drops set message = $1").bind(long.kept());
        let refusal = update.execute(pool).await.unwrap_err().into_database_error().unwrap();
        assert_eq!(refusal.constraint(), Some("drop_message_short"));
    }
}
