//! The payment saga's steps in Postgres.

use crate::fixture::{DropOptions, TestDrop, pay};
use database::{
    money::payments::{Conclusion, PayOutcome},
    ordering::holds::{self, Outcome},
};
use shared::{
    ids::{PaymentId, ShopperId},
    lifecycle::TicketState,
};

const WITH_PROVIDER: &str =
    "select coalesce(sum(amount_minor), 0) from ledger_entries where account = 'provider'";

fn authorized() -> Conclusion {
    Conclusion::Authorized { provider_id: "pay_1".into() }
}

fn capture_declined() -> Conclusion {
    Conclusion::CaptureDeclined { code: "card_declined".into() }
}

async fn status(test_drop: &TestDrop, id: PaymentId) -> String {
    sqlx::query_scalar("select status from payments where id = $1")
        .bind(id)
        .fetch_one(&test_drop.pool)
        .await
        .unwrap()
}

async fn let_run_out(test_drop: &TestDrop) {
    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
}

#[tokio::test]
async fn a_paid_order_is_confirmed_and_booked() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    let outcome = test_drop.settle(capture, Conclusion::Captured).await;
    assert_eq!(outcome.ended[0].state, TicketState::Confirmed);
    assert_eq!(outcome.journal.len(), 1, "the line must hear of it");
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    assert_eq!(test_drop.stock().await, (99, 0, 1));
    assert_eq!(test_drop.number(WITH_PROVIDER).await, 1500);
    test_drop.assert_invariants().await;

    let again = test_drop.settle(capture, Conclusion::Captured).await;
    assert_eq!(again, Outcome::default(), "the same answer twice changes nothing");
    let later = test_drop.settle(capture, capture_declined()).await;
    assert_eq!(later, Outcome::default(), "nor does another that comes later");
    assert_eq!(test_drop.number(WITH_PROVIDER).await, 1500);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn paying_twice_is_paying_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    let begin = || pay(&test_drop.pool, order_id, shopper_id, "pm_card_approve");
    let started: [_; 4] = tokio::join!(begin(), begin(), begin(), begin()).into();
    assert_eq!(
        started.iter().filter(|outcome| **outcome == PayOutcome::Started).count(),
        1,
        "{started:?}"
    );
    assert_eq!(test_drop.asked(order_id).await, ["authorize"]);
    let stranger = pay(&test_drop.pool, order_id, ShopperId::generate(), "x").await;
    assert_eq!(stranger, PayOutcome::NotFound);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_hold_that_ran_out_cannot_be_paid() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    test_drop.let_holds_run_out().await;
    let begin = || pay(&test_drop.pool, order_id, shopper_id, "pm_card_approve");
    assert_eq!(begin().await, PayOutcome::HoldExpired);
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
    assert_eq!(begin().await, PayOutcome::Ended(TicketState::Expired));
    assert!(test_drop.asked(order_id).await.is_empty());
}

#[tokio::test]
async fn a_card_declined_after_the_hold_gives_the_units_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    test_drop.let_holds_run_out().await;
    let declined = Conclusion::AuthorizationDeclined { code: "card_declined".into() };
    test_drop.settle(payment, declined).await;
    assert_eq!(test_drop.state(order_id).await, "payment_failed");
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    let asked = test_drop.asked(order_id).await;
    assert_eq!(asked, ["authorize"], "nothing is held, nothing to let go");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_declined_capture_gives_the_units_back_and_lets_the_money_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    test_drop.settle(capture, capture_declined()).await;
    assert_eq!(test_drop.state(order_id).await, "payment_failed");
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "capture", "void"]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn money_that_comes_after_the_end_is_let_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    let_run_out(&test_drop).await;
    test_drop.settle(payment, authorized()).await;
    assert_eq!(test_drop.state(order_id).await, "expired");
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "void"]);
    let void = test_drop.payment(order_id, "void").await;
    test_drop.settle(void, Conclusion::Voided).await;
    assert_eq!(status(&test_drop, void).await, "succeeded");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn money_for_a_hold_that_ran_out_never_passes_the_pivot() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    test_drop.let_holds_run_out().await;
    test_drop.settle(payment, authorized()).await;
    assert_eq!(test_drop.state(order_id).await, "authorized");
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "void"]);
    let_run_out(&test_drop).await;
    assert_eq!(test_drop.state(order_id).await, "expired");
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "void"], "let go once");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn what_was_captured_against_our_belief_is_booked_and_given_back() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (declined, capture) = test_drop.capturing().await;
    test_drop.settle(capture, capture_declined()).await;
    let (expired, payment) = test_drop.authorizing().await;
    let_run_out(&test_drop).await;
    test_drop.settle(payment, authorized()).await;
    for order_id in [declined, expired] {
        let void = test_drop.payment(order_id, "void").await;
        test_drop.settle(void, Conclusion::FoundCaptured).await;
        assert_eq!(test_drop.number(WITH_PROVIDER).await, 1500);
        let refund = test_drop.payment(order_id, "refund").await;
        test_drop.settle(refund, Conclusion::Refunded).await;
        assert_eq!(test_drop.number(WITH_PROVIDER).await, 0);
        let capture = test_drop.payment(order_id, "capture").await;
        assert_eq!(status(&test_drop, capture).await, "succeeded");
    }
    assert_eq!(test_drop.number("select count(*) from ledger_entries").await, 8);
    let counted = "select count(*) from drop_counters where what = 'refunded'";
    assert_eq!(test_drop.number(counted).await, 0, "it never counted as sold");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn an_order_of_a_cancelled_drop_past_the_pivot_is_refunded() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, capture) = test_drop.capturing().await;
    sqlx::query("update drops set state = 'cancelled'").execute(&test_drop.pool).await.unwrap();
    test_drop.settle(capture, Conclusion::Captured).await;
    assert_eq!(test_drop.state(order_id).await, "confirmed");
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "capture", "refund"]);
    let refund = test_drop.payment(order_id, "refund").await;
    test_drop.settle(refund, Conclusion::Refunded).await;
    let counted = "select amount_minor from drop_counters where what = 'refunded'";
    assert_eq!(test_drop.number(counted).await, 1500);
    test_drop.assert_invariants().await;
}
