//! The provider says that something happened: we ask, once.

use crate::fixture::{DropOptions, TestDrop, claim, event, receive, until_waiting};
use database::{
    PgPool,
    money::payments::{self, Answer, Conclusion, ProviderEvent},
    ordering::holds,
};
use shared::ids::PaymentId;
use std::time::Duration;

/// Longer than a test takes.
const LEASE: Duration = Duration::from_secs(60);

async fn unknown(test_drop: &TestDrop, payment_id: PaymentId) {
    let conclusion =
        Conclusion::Unknown { provider_id: Some("pay_1".into()), why: "a timeout".into() };
    let answer = Answer { payment_id, conclusion, ask_again_in: LEASE };
    payments::settle(&test_drop.pool, test_drop.drop_id, vec![answer]).await.unwrap();
}

async fn receive_all(pool: &PgPool, events: Vec<ProviderEvent>) -> Vec<bool> {
    payments::receive_events(pool, events).await.unwrap()
}

#[tokio::test]
async fn a_callback_makes_an_unknown_call_due_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    claim(&test_drop.pool, LEASE).await;
    assert!(receive(&test_drop.pool, event("evt_0", &order_id)).await);
    assert!(claim(&test_drop.pool, LEASE).await.is_empty(), "its first answer is on the way");
    unknown(&test_drop, payment).await;
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());

    assert!(receive(&test_drop.pool, event("evt_1", &order_id)).await);
    assert!(!receive(&test_drop.pool, event("evt_1", &order_id)).await, "seen before");

    let due = claim(&test_drop.pool, LEASE).await;
    assert_eq!(due[0].provider_id.as_deref(), Some("pay_1"));
    assert!(receive(&test_drop.pool, event("evt_2", "no order")).await);
    assert!(receive(&test_drop.pool, event("evt_3", &payment)).await);
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

    assert!(receive(&test_drop.pool, event("evt_1", &order_id)).await);

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
    assert!(receive(&test_drop.pool, event("evt_1", &order_id)).await);
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn an_event_counts_once_within_a_call_and_across_calls() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    claim(&test_drop.pool, LEASE).await;
    unknown(&test_drop, payment).await;
    let events =
        vec![event("evt_2", &order_id), event("evt_1", "no id of ours"), event("evt_2", &payment)];
    assert_eq!(receive_all(&test_drop.pool, events).await, [true, true, false]);
    let events = vec![event("evt_2", &order_id), event("evt_3", &order_id)];
    assert_eq!(receive_all(&test_drop.pool, events).await, [false, true]);

    let expected = ["evt_2", "evt_3"].map(|id| (id.to_owned(), order_id.to_string()));
    assert_eq!(kept(&test_drop.pool).await, expected, "as they came first, if they asked anything");
}

#[tokio::test]
async fn an_event_that_asks_nothing_is_not_kept_and_may_ask_later() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    claim(&test_drop.pool, LEASE).await;
    for reference in [order_id.to_string(), "no id of ours".to_owned()] {
        assert!(receive(&test_drop.pool, event("evt_1", &reference)).await);
    }
    assert!(kept(&test_drop.pool).await.is_empty(), "its first answer is on the way");

    unknown(&test_drop, payment).await;
    assert!(receive(&test_drop.pool, event("evt_1", &order_id)).await);
    assert_eq!(claim(&test_drop.pool, LEASE).await.len(), 1);
    assert!(!receive(&test_drop.pool, event("evt_1", &order_id)).await);
}

/// Events with their references.
async fn kept(pool: &PgPool) -> Vec<(String, String)> {
    let kept = "select event_id, payment_ref from provider_events order by event_id";
    sqlx::query_as(kept).fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn events_of_several_payments_make_each_call_due_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (first, of_first) = test_drop.authorizing().await;
    let (_, of_second) = test_drop.authorizing().await;
    let (third, of_third) = test_drop.authorizing().await;
    let (_, of_nobody) = test_drop.authorizing().await;
    claim(&test_drop.pool, LEASE).await;
    for payment in [of_first, of_second, of_nobody] {
        unknown(&test_drop, payment).await;
    }
    test_drop.settle(of_third, Conclusion::GivenUp { code: "not_found" }).await;
    assert!(claim(&test_drop.pool, LEASE).await.is_empty());

    let events = vec![
        event("evt_1", &third),
        event("evt_2", &of_second),
        event("evt_3", &first),
        event("evt_4", &of_first),
        event("evt_3", &of_nobody),
    ];
    assert_eq!(receive_all(&test_drop.pool, events).await, [true, true, true, true, false]);

    let mut due: Vec<PaymentId> =
        claim(&test_drop.pool, LEASE).await.iter().map(|due| due.id).collect();
    due.sort();
    let mut named = [of_first, of_second, of_third];
    named.sort();
    assert_eq!(due, named);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn two_calls_with_the_same_events_never_wait_in_a_circle() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    let mut payments = Vec::new();
    for _ in 0..3 {
        payments.push(test_drop.authorizing().await.1);
    }
    claim(pool, LEASE).await;
    for payment in &payments {
        unknown(&test_drop, *payment).await;
    }
    payments.sort();
    let named = |(nth, payment): (usize, &PaymentId)| event(&format!("evt_{nth}"), payment);
    let forwards: Vec<ProviderEvent> = payments.iter().enumerate().map(named).collect();
    let backwards = forwards.iter().rev().cloned().collect();
    // Whoever did not take the first one first would have the last one by now.
    let mut in_between = pool.begin().await.unwrap();
    sqlx::query("select from payments where id = $1 for no key update")
        .bind(payments[1])
        .execute(&mut *in_between)
        .await
        .unwrap();
    let calls = [forwards, backwards].map(|events| {
        let pool = pool.clone();
        tokio::spawn(async move { payments::receive_events(&pool, events).await })
    });
    until_waiting(pool, 2).await;
    in_between.rollback().await.unwrap();

    let mut n_new = 0;
    for call in calls {
        n_new += call.await.unwrap().unwrap().iter().filter(|is_new| **is_new).count();
    }
    assert_eq!(n_new, 3);
}
