//! The payment saga's steps in Postgres.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    money::payments::{self, PayOutcome},
    ordering::holds,
};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(5);

async fn status(test_drop: &TestDrop, id: PaymentId) -> String {
    sqlx::query_scalar("select status from payments where id = $1")
        .bind(id)
        .fetch_one(&test_drop.pool)
        .await
        .unwrap()
}

async fn asked(test_drop: &TestDrop, order_id: OrderId) -> Vec<String> {
    sqlx::query_scalar("select kind from payments where order_id = $1 order by kind")
        .bind(order_id)
        .fetch_all(&test_drop.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_paid_order_is_confirmed_and_booked() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let outcome = payments::captured(&test_drop.pool, capture).await.unwrap();
    assert_eq!(outcome.ended[0].state, TicketState::Confirmed);
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    assert_eq!(test_drop.stock().await, (99, 0, 1));
    let booked = "select sum(amount_minor) from ledger_entries where account = 'provider'";
    assert_eq!(test_drop.number(booked).await, 1500);
    test_drop.assert_invariants().await;

    let again = payments::captured(&test_drop.pool, capture).await.unwrap();
    assert_eq!(again, holds::Outcome::default(), "the same answer twice changes nothing");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn paying_twice_is_paying_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    let begin =
        || payments::begin_authorization(&test_drop.pool, order_id, shopper_id, "pm_card_approve");
    let (a, b, c, d) = tokio::join!(begin(), begin(), begin(), begin());
    let started = [a, b, c, d].map(Result::unwrap);
    assert_eq!(
        started.iter().filter(|outcome| **outcome == PayOutcome::Started).count(),
        1,
        "{started:?}"
    );
    assert_eq!(asked(&test_drop, order_id).await, ["authorize"]);
    let stranger =
        payments::begin_authorization(&test_drop.pool, order_id, ShopperId::generate(), "x");
    assert_eq!(stranger.await.unwrap(), PayOutcome::NotFound);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_hold_that_ran_out_cannot_be_paid() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    test_drop.let_holds_run_out().await;
    let begin =
        || payments::begin_authorization(&test_drop.pool, order_id, shopper_id, "pm_card_approve");
    assert_eq!(begin().await.unwrap(), PayOutcome::HoldExpired);
    holds::expire_due(&test_drop.pool, 500).await.unwrap();
    assert_eq!(begin().await.unwrap(), PayOutcome::Ended(TicketState::Expired));
}

#[tokio::test]
async fn a_declined_card_gives_the_units_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    payments::authorization_declined(&test_drop.pool, payment, "card_declined").await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "payment_failed");
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    assert_eq!(
        asked(&test_drop, order_id).await,
        ["authorize"],
        "nothing is held, nothing to let go"
    );
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_declined_capture_gives_the_units_back_and_lets_the_money_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    payments::capture_declined(&test_drop.pool, capture, "capture_declined").await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "payment_failed");
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    assert_eq!(asked(&test_drop, order_id).await, ["authorize", "capture", "void"]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn money_that_comes_after_the_end_is_let_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, 500).await.unwrap();
    payments::authorized(&test_drop.pool, payment, "pay_1").await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "expired");
    assert_eq!(asked(&test_drop, order_id).await, ["authorize", "void"]);
    let void = test_drop.payment(order_id, "void").await;
    payments::voided(&test_drop.pool, void).await.unwrap();
    assert_eq!(status(&test_drop, void).await, "succeeded");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn money_for_a_hold_that_ran_out_never_passes_the_pivot() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    test_drop.let_holds_run_out().await;
    payments::authorized(&test_drop.pool, payment, "pay_1").await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "authorized");
    assert_eq!(asked(&test_drop, order_id).await, ["authorize", "void"]);
    holds::expire_due(&test_drop.pool, 500).await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "expired");
    assert_eq!(asked(&test_drop, order_id).await, ["authorize", "void"], "let go once");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn what_was_captured_against_our_belief_is_booked_and_given_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    payments::capture_declined(&test_drop.pool, capture, "capture_declined").await.unwrap();
    let void = test_drop.payment(order_id, "void").await;
    payments::void_found_captured(&test_drop.pool, void).await.unwrap();
    let refund = test_drop.payment(order_id, "refund").await;
    payments::refunded(&test_drop.pool, refund).await.unwrap();
    let with_provider = "select sum(amount_minor) from ledger_entries where account = 'provider'";
    assert_eq!(test_drop.number(with_provider).await, 0);
    assert_eq!(test_drop.number("select count(*) from ledger_entries").await, 4);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn an_order_of_a_cancelled_drop_past_the_pivot_is_refunded() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    sqlx::query("update drops set state = 'cancelled'").execute(&test_drop.pool).await.unwrap();
    payments::captured(&test_drop.pool, capture).await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    assert_eq!(asked(&test_drop, order_id).await, ["authorize", "capture", "refund"]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_row_is_worked_on_by_one_instance_and_again_when_that_one_is_gone() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (_, payment) = test_drop.authorizing().await;
    let first = payments::claim(&test_drop.pool, 10, Duration::from_millis(50)).await.unwrap();
    assert_eq!((first.len(), first[0].id, first[0].calls), (1, payment, 0));
    assert!(payments::claim(&test_drop.pool, 10, LEASE).await.unwrap().is_empty());
    tokio::time::sleep(Duration::from_millis(80)).await;
    let second = payments::claim(&test_drop.pool, 10, LEASE).await.unwrap();
    assert_eq!(second[0].calls, 1, "the provider may know of it");
}

#[tokio::test]
async fn a_callback_makes_an_unknown_call_due_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    payments::claim(&test_drop.pool, 10, LEASE).await.unwrap();
    payments::postpone(&test_drop.pool, payment, Some("pay_1"), LEASE).await.unwrap();
    assert!(payments::claim(&test_drop.pool, 10, LEASE).await.unwrap().is_empty());

    let reference = order_id.to_string();
    let receive = || payments::receive_event(&test_drop.pool, "evt_1", &reference, "authorized");
    assert!(receive().await.unwrap());
    assert!(!receive().await.unwrap(), "seen before");

    let due = payments::claim(&test_drop.pool, 10, LEASE).await.unwrap();
    assert_eq!(due[0].provider_id.as_deref(), Some("pay_1"));
    assert!(payments::receive_event(&test_drop.pool, "evt_2", "no order", "x").await.unwrap());
}
