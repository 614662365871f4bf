//! Several cards for one order: each one's money goes its own way.

use crate::fixture::{self, DropOptions, TestDrop, claim, event, receive};
use database::{
    money::payments::{Conclusion, PayOutcome},
    ordering::holds,
};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use std::{collections::BTreeMap, time::Duration};

/// Longer than a test takes.
const LEASE: Duration = Duration::from_secs(60);

fn authorized(provider_id: &str) -> Conclusion {
    Conclusion::Authorized { provider_id: provider_id.into() }
}

fn declined() -> Conclusion {
    Conclusion::AuthorizationDeclined { code: "card_declined".into() }
}

async fn pay(test_drop: &TestDrop, order_id: OrderId, shopper_id: ShopperId) -> PayOutcome {
    fixture::pay(&test_drop.pool, order_id, shopper_id, "pm_card").await
}

/// Returns the authorization that is the order's `attempt`-th.
async fn card(test_drop: &TestDrop, order_id: OrderId, attempt: i32) -> PaymentId {
    sqlx::query_scalar(
        "select id from payments where order_id = $1 and kind = 'authorize' and attempt = $2",
    )
    .bind(order_id)
    .bind(attempt)
    .fetch_one(&test_drop.pool)
    .await
    .unwrap()
}

/// Lists what is let go: the authorization, and the provider's id of its money.
async fn let_go(test_drop: &TestDrop, order_id: OrderId) -> BTreeMap<PaymentId, String> {
    let voids: Vec<(PaymentId, String)> = sqlx::query_as(
        "select source_id, provider_id from payments where order_id = $1 and kind = 'void'",
    )
    .bind(order_id)
    .fetch_all(&test_drop.pool)
    .await
    .unwrap();
    voids.into_iter().collect()
}

async fn due(test_drop: &TestDrop) -> Vec<PaymentId> {
    claim(&test_drop.pool, LEASE).await.iter().map(|due| due.id).collect()
}

#[tokio::test]
async fn a_declined_card_can_be_followed_by_another() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let outcome = test_drop.settle(card(&test_drop, order_id, 1).await, declined()).await;
    assert!(outcome.ended.is_empty() && outcome.stock.is_empty() && outcome.journal.is_empty());
    assert_eq!(test_drop.state(order_id).await, "reserved");
    let reason: Option<String> =
        sqlx::query_scalar("select reason from orders").fetch_one(&test_drop.pool).await.unwrap();
    assert_eq!(reason.as_deref(), Some("declined"));
    test_drop.assert_invariants().await;

    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let second = card(&test_drop, order_id, 2).await;
    test_drop.settle(second, authorized("pay_2")).await;
    let capture = test_drop.payment(order_id, "capture").await;
    test_drop.settle(capture, Conclusion::Captured).await;

    assert_eq!(test_drop.state(order_id).await, "confirmed");
    let taken = "select count(*) from payments c join payments a on a.id = c.source_id
         where c.kind = 'capture' and a.attempt = 2 and c.provider_id = 'pay_2'";
    assert_eq!(test_drop.number(taken).await, 1, "the second card's money");
    let booked = "select sum(amount_minor) from ledger_entries where account = 'provider'";
    assert_eq!(test_drop.number(booked).await, 1500);
    assert!(let_go(&test_drop, order_id).await.is_empty(), "the first card holds nothing");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn the_sixth_card_is_refused() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    for attempt in 1..=5 {
        assert_eq!(test_drop.state(order_id).await, "reserved");
        assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
        test_drop.settle(card(&test_drop, order_id, attempt).await, declined()).await;
    }
    let ended = PayOutcome::Ended(TicketState::PaymentFailed);
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, ended);
    assert_eq!(test_drop.stock().await, (100, 0, 0));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn no_more_cards_are_asked_than_may_be_even_if_the_order_is_still_reserved() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    test_drop.settle(card(&test_drop, order_id, 1).await, declined()).await;
    // As a release that allowed more of them would have left it.
    sqlx::query(
        "insert into payments (id, order_id, drop_id, kind, attempt, amount_minor, currency, status)
         select gen_random_uuid(), id, drop_id, 'authorize', n, amount_minor, currency, 'declined'
         from orders, generate_series(2, 5) n",
    )
    .execute(&test_drop.pool)
    .await
    .unwrap();
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::TooManyAttempts);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn each_card_is_let_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let first = card(&test_drop, order_id, 1).await;
    test_drop.settle(first, Conclusion::GivenUp { code: "not_found" }).await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let second = card(&test_drop, order_id, 2).await;
    test_drop.let_holds_run_out().await;
    holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap();
    test_drop.settle(second, authorized("pay_2")).await;

    receive(&test_drop.pool, event("evt_1", &order_id)).await;
    assert!(due(&test_drop).await.contains(&first), "it was given up, and may hold money");
    test_drop.settle(first, authorized("pay_1")).await;

    let expected = BTreeMap::from([(first, "pay_1".to_owned()), (second, "pay_2".to_owned())]);
    assert_eq!(let_go(&test_drop, order_id).await, expected);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn what_is_found_of_another_card_is_not_let_go() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, shopper_id) = test_drop.reserved().await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let first = card(&test_drop, order_id, 1).await;
    test_drop.settle(first, Conclusion::GivenUp { code: "not_found" }).await;
    assert_eq!(pay(&test_drop, order_id, shopper_id).await, PayOutcome::Started);
    let second = card(&test_drop, order_id, 2).await;

    // Both cards have the order as their reference, so asking for the first finds the second.
    receive(&test_drop.pool, event("evt_1", &order_id)).await;
    test_drop.settle(first, authorized("pay_2")).await;
    assert!(let_go(&test_drop, order_id).await.is_empty(), "whose it is will be known");
    test_drop.settle(second, authorized("pay_2")).await;
    test_drop.settle(first, authorized("pay_2")).await;

    assert_eq!(test_drop.state(order_id).await, "capturing");
    assert!(let_go(&test_drop, order_id).await.is_empty());
    test_drop.assert_invariants().await;
}
