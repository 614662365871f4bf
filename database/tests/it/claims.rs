//! Calls that are due: who makes them, and in which order.

use crate::fixture::{DropOptions, TestDrop, claim, pay};
use database::money::payments::{self, DuePayment, PayOutcome};
use shared::{ids::DropId, lifecycle::TicketState};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use testkit::TestDatabase;

/// Longer than a test takes.
const LEASE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_row_is_worked_on_by_one_instance_and_again_when_that_one_is_gone() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (_, payment) = test_drop.authorizing().await;
    let first = claim(&test_drop.pool, LEASE).await;
    assert_eq!((first.len(), first[0].id, first[0].calls), (1, payment, 0));
    assert_eq!((first[0].last_call_at, first[0].order_state), (None, TicketState::Authorizing));
    assert_eq!(first[0].key(), payment.to_string());
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());
    // As if the lease had gone by.
    sqlx::query("update payment_calls set due_at = due_at - make_interval(secs => $1)")
        .bind(LEASE.as_secs_f64())
        .execute(&test_drop.pool)
        .await
        .unwrap();
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
    let first = payments::claim(pool, 2, &BTreeMap::new(), 3, LEASE).await.unwrap();
    assert_eq!(first.len(), 3);
    assert!(of(&first, other.drop_id) >= 1, "drops take turns");

    let in_flight = BTreeMap::from([(hanging.drop_id, 2)]);
    let second = payments::claim(pool, 2, &in_flight, 10, LEASE).await.unwrap();
    assert_eq!(of(&second, hanging.drop_id), 0, "its calls are all that it may have");
    assert_eq!(of(&first, other.drop_id) + of(&second, other.drop_id), 2);

    let in_flight = BTreeMap::from([(hanging.drop_id, 1)]);
    let third = payments::claim(pool, 2, &in_flight, 10, LEASE).await.unwrap();
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
        let due = payments::claim(&test_drop.pool, 10, &BTreeMap::new(), 1, LEASE).await.unwrap();
        assert_eq!(due[0].order_id, *order_id);
    }
}
