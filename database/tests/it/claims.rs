//! Calls that are due: who makes them, and in which order.

use crate::fixture::{DropOptions, TestDrop, claim, pay};
use database::money::payments::{self, DuePayment, PayOutcome};
use shared::{ids::DropId, lifecycle::TicketState};
use sqlx::PgPool;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use testkit::TestDatabase;

/// Longer than a test takes.
const LEASE: Duration = Duration::from_secs(60);

/// As if the time of all claims had gone by.
async fn let_leases_go_by(pool: &PgPool) {
    sqlx::query("update payment_calls set due_at = due_at - make_interval(secs => $1)")
        .bind(LEASE.as_secs_f64())
        .execute(pool)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_row_is_worked_on_by_one_instance_and_again_when_that_one_is_gone() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (_, payment) = test_drop.authorizing().await;
    let first = claim(&test_drop.pool, LEASE).await;
    assert_eq!((first.len(), first[0].id, first[0].calls), (1, payment, 0));
    assert_eq!((first[0].last_call_at, first[0].order_state), (None, TicketState::Authorizing));
    assert_eq!(first[0].key(), payment.to_string());
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());
    let_leases_go_by(&test_drop.pool).await;
    let second = claim(&test_drop.pool, LEASE).await.pop().unwrap();
    assert_eq!((second.id, second.calls), (payment, 1), "the provider may know of it");
    assert!(second.last_call_at.is_some());
}

#[tokio::test]
async fn a_drop_whose_calls_hang_leaves_room_for_others() {
    let database = Arc::new(TestDatabase::create().await);
    let [hanging, other] = [
        TestDrop::in_database(&database, DropOptions::default()).await,
        TestDrop::in_database(&database, DropOptions::default()).await,
    ];
    for _ in 0..5 {
        hanging.authorizing().await;
    }
    for _ in 0..2 {
        other.authorizing().await;
    }
    let of = |due: &[DuePayment], drop_id: DropId| {
        due.iter().filter(|due| due.drop_id == drop_id).count()
    };
    let pool = database.pool();
    let first = payments::claim(pool, 2, &BTreeMap::new(), 3, 0, LEASE).await.unwrap();
    assert_eq!(first.len(), 3);
    assert!(of(&first, other.drop_id) >= 1, "drops take turns");

    let in_flight = BTreeMap::from([(hanging.drop_id, 2)]);
    let second = payments::claim(pool, 2, &in_flight, 10, 0, LEASE).await.unwrap();
    assert_eq!(of(&second, hanging.drop_id), 0, "its calls are all that it may have");
    assert_eq!(of(&first, other.drop_id) + of(&second, other.drop_id), 2);

    let in_flight = BTreeMap::from([(hanging.drop_id, 1)]);
    let third = payments::claim(pool, 2, &in_flight, 10, 0, LEASE).await.unwrap();
    assert_eq!((third.len(), of(&third, hanging.drop_id)), (1, 1));
}

#[tokio::test]
async fn the_hold_that_began_first_is_called_first() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(test_drop.reserved().await);
    }
    for (order_id, shopper_id) in orders.iter().rev() {
        let begun = pay(&test_drop.pool, *order_id, *shopper_id, "pm").await;
        assert_eq!(begun, PayOutcome::Started);
    }
    for (order_id, _) in &orders {
        let no_one = BTreeMap::new();
        let due = payments::claim(&test_drop.pool, 10, &no_one, 1, 0, LEASE).await.unwrap();
        assert_eq!(due[0].order_id, *order_id);
    }
}

#[tokio::test]
async fn calls_are_repeated_as_often_as_is_said_and_hold_up_no_first_ones() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, no_one) = (&test_drop.pool, BTreeMap::new());
    for _ in 0..3 {
        test_drop.authorizing().await;
    }
    assert_eq!(claim(pool, LEASE).await.len(), 3);
    let_leases_go_by(pool).await;
    let (_, first) = test_drop.authorizing().await;

    let due = payments::claim(pool, 1, &no_one, 10, 0, LEASE).await.unwrap();
    assert_eq!((due.len(), due[0].id, due[0].calls), (1, first, 0), "behind three that wait");

    let (_, second) = test_drop.authorizing().await;
    let due = payments::claim(pool, 2, &no_one, 10, 1, LEASE).await.unwrap();
    let is_first = |due: &&DuePayment| due.calls == 0;
    assert_eq!(due.len(), 2, "one again, and room for another");
    assert_eq!(due.iter().find(is_first).map(|due| due.id), Some(second), "behind two that wait");

    let due = payments::claim(pool, 10, &no_one, 10, 1, LEASE).await.unwrap();
    assert_eq!(due.iter().map(|due| due.calls).collect::<Vec<_>>(), [1]);
    let due = payments::claim(pool, 10, &no_one, 10, 0, LEASE).await.unwrap();
    assert!(due.is_empty());
    let due = payments::claim(pool, 10, &no_one, 10, 10, LEASE).await.unwrap();
    assert_eq!(due.len(), 1, "it was put off and not lost");
}
