//! Calls that are due: who makes them, and in which order.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    PgPool,
    money::payments::{self, Answer, Conclusion, DuePayment, PayOutcome},
    ordering::holds,
};
use shared::{
    ids::{DropId, PaymentId},
    lifecycle::TicketState,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use testkit::{TestDatabase, wait_until};

const LEASE: Duration = Duration::from_secs(5);

async fn claim(pool: &PgPool, lease: Duration) -> Vec<DuePayment> {
    payments::claim(pool, 10, &BTreeMap::new(), 10, lease).await.unwrap()
}

async fn unknown(test_drop: &TestDrop, payment_id: PaymentId) {
    let conclusion =
        Conclusion::Unknown { provider_id: Some("pay_1".into()), why: "a timeout".into() };
    let answer = Answer { payment_id, conclusion, ask_again_in: LEASE };
    payments::settle(&test_drop.pool, test_drop.drop_id, vec![answer]).await.unwrap();
}

async fn receive(test_drop: &TestDrop, event_id: &str, reference: &str) -> bool {
    payments::receive_event(&test_drop.pool, event_id, reference, "payment.authorized")
        .await
        .unwrap()
}

#[tokio::test]
async fn a_row_is_worked_on_by_one_instance_and_again_when_that_one_is_gone() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (_, payment) = test_drop.authorizing().await;
    let first = claim(&test_drop.pool, Duration::from_millis(50)).await;
    assert_eq!((first.len(), first[0].id, first[0].calls), (1, payment, 0));
    assert_eq!((first[0].last_call_at, first[0].order_state), (None, TicketState::Authorizing));
    assert_eq!(first[0].key(), payment.to_string());
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());
    let again = || async { claim(&test_drop.pool, LEASE).await.pop() };
    let second = wait_until("a claim that runs out", Duration::from_secs(5), again).await;
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
        let begun = payments::begin_authorization(&test_drop.pool, *order_id, *shopper_id, "pm");
        assert_eq!(begun.await.unwrap(), PayOutcome::Started);
    }
    for (order_id, _) in &orders {
        let due = payments::claim(&test_drop.pool, 10, &BTreeMap::new(), 1, LEASE).await.unwrap();
        assert_eq!(due[0].order_id, *order_id);
    }
}

#[tokio::test]
async fn a_callback_makes_an_unknown_call_due_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    claim(&test_drop.pool, LEASE).await;
    let reference = order_id.to_string();
    assert!(receive(&test_drop, "evt_0", &reference).await);
    assert!(claim(&test_drop.pool, LEASE).await.is_empty(), "its first answer is on the way");
    unknown(&test_drop, payment).await;
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());

    assert!(receive(&test_drop, "evt_1", &reference).await);
    assert!(!receive(&test_drop, "evt_1", &reference).await, "seen before");

    let due = claim(&test_drop.pool, LEASE).await;
    assert_eq!(due[0].provider_id.as_deref(), Some("pay_1"));
    assert!(receive(&test_drop, "evt_2", "no order").await);
    assert!(receive(&test_drop, "evt_3", &payment.to_string()).await);
    assert_eq!(claim(&test_drop.pool, LEASE).await.len(), 1, "the reference may be the payment's");
}

#[tokio::test]
async fn a_late_callback_of_a_given_up_authorization_finds_the_money() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
    test_drop.settle(payment, Conclusion::GivenUp { code: "not_found" }).await;
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());

    assert!(receive(&test_drop, "evt_1", &order_id.to_string()).await);

    let due = claim(&test_drop.pool, LEASE).await;
    assert_eq!(due[0].id, payment);
    assert!(due[0].calls > 0, "it is looked up, not asked for");
    test_drop.settle(payment, Conclusion::Authorized { provider_id: "pay_1".into() }).await;
    assert_eq!(claim(&test_drop.pool, LEASE).await[0].provider_id.as_deref(), Some("pay_1"));
    let void = test_drop.payment(order_id, "void").await;
    test_drop.settle(void, Conclusion::Voided).await;
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_callback_of_a_paid_order_opens_nothing() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    test_drop.settle(capture, Conclusion::Captured).await;
    assert!(receive(&test_drop, "evt_1", &order_id.to_string()).await);
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());
    test_drop.assert_invariants().await;
}
