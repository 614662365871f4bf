//! Payments that only a person can decide.

use crate::fixture::{DropOptions, TestDrop};
use database::{
    money::{
        payments::{self, Conclusion},
        review::{self, Resolved, ReviewVerdict},
    },
    ordering::holds::{self, Outcome},
    selling::scheduling,
};
use serde_json::Value;
use shared::{
    drops::{DropState, Fulfilment},
    ids::PaymentId,
    lifecycle::TicketState,
};
use std::{collections::BTreeMap, time::Duration};

const AT_ONCE: Duration = Duration::ZERO;
const ONE_UNIT: DropOptions = DropOptions {
    units: 1,
    per_ticket: 4,
    per_customer: 4,
    hold_seconds: 300,
    fulfilment: Fulfilment::Auto,
};

async fn put_to_review(test_drop: &TestDrop, payment_id: PaymentId) {
    let outcome =
        test_drop.settle(payment_id, Conclusion::NeedsReview { code: "amount_mismatch" }).await;
    assert_eq!(outcome, Outcome::default());
}

async fn resolve(test_drop: &TestDrop, id: PaymentId, verdict: ReviewVerdict) -> Resolved {
    review::resolve(&test_drop.pool, id, verdict, "operator:ann", "the provider's console says so")
        .await
        .unwrap()
}

async fn resolved(test_drop: &TestDrop, id: PaymentId, verdict: ReviewVerdict) -> Outcome {
    match resolve(test_drop, id, verdict).await {
        Resolved::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// What the audit log says of decisions, oldest first.
async fn audited(test_drop: &TestDrop) -> Vec<Value> {
    sqlx::query_scalar(
        "select new from audit_log where action = 'payment.resolve' and actor = 'operator:ann'
             and drop_id = $1 and seller_id = $2 order by id",
    )
    .bind(test_drop.drop_id)
    .bind(test_drop.seller_id)
    .fetch_all(&test_drop.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_capture_in_review_does_not_keep_its_drop_open_and_is_resolved_as_paid() {
    let test_drop = TestDrop::new(ONE_UNIT).await;
    let (order_id, capture) = test_drop.capturing().await;
    assert!(scheduling::end_due(&test_drop.pool).await.unwrap().is_empty(), "it may fail");

    put_to_review(&test_drop, capture).await;

    assert_eq!(test_drop.state(order_id).await, "capturing");
    let ended = scheduling::end_due(&test_drop.pool).await.unwrap();
    assert_eq!(ended, [(test_drop.drop_id, DropState::SoldOut)]);
    test_drop.assert_invariants().await;

    let outcome = resolved(&test_drop, capture, ReviewVerdict::Paid).await;
    assert_eq!(outcome.ended[0].state, TicketState::Confirmed);
    assert_eq!(test_drop.stock().await, (0, 0, 1));
    let moved = "select count(*) from stock_moves where cause = 'review'";
    assert_eq!(test_drop.number(moved).await, 1);
    let audited = audited(&test_drop).await;
    assert_eq!((audited.len(), &audited[0]["verdict"]), (1, &Value::from("paid")));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn a_capture_in_review_is_resolved_as_failed_once() {
    let test_drop = TestDrop::new(ONE_UNIT).await;
    let (order_id, capture) = test_drop.capturing().await;
    assert_eq!(resolve(&test_drop, capture, ReviewVerdict::Failed).await, Resolved::NotOpen);
    put_to_review(&test_drop, capture).await;

    let outcome = resolved(&test_drop, capture, ReviewVerdict::Failed).await;

    assert_eq!(outcome.ended[0].state, TicketState::PaymentFailed);
    assert_eq!(test_drop.stock().await, (1, 0, 0));
    assert_eq!(test_drop.asked(order_id).await, ["authorize", "capture", "void"]);
    assert_eq!(resolve(&test_drop, capture, ReviewVerdict::Paid).await, Resolved::NotOpen);
    let nothing = resolve(&test_drop, PaymentId::generate(), ReviewVerdict::Paid).await;
    assert_eq!(nothing, Resolved::NotFound);
    let audited = audited(&test_drop).await;
    assert_eq!((audited.len(), &audited[0]["verdict"]), (1, &Value::from("failed")));
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn an_authorization_in_review_is_let_go_if_its_order_has_ended() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut cases = Vec::new();
    for provider_id in [Some("pay_1"), None] {
        let (order_id, payment) = test_drop.authorizing().await;
        let provider_id = provider_id.map(str::to_owned);
        let unknown = Conclusion::Unknown { provider_id, why: "a timeout".into() };
        test_drop.settle(payment, unknown).await;
        put_to_review(&test_drop, payment).await;
        cases.push((order_id, payment));
    }
    test_drop.let_holds_run_out().await;
    let ended = holds::expire_due(&test_drop.pool, test_drop.drop_id, 500).await.unwrap().ended;
    assert_eq!(ended.len(), 2, "a person's time is not the shopper's");

    for (_, payment) in &cases {
        assert_eq!(resolved(&test_drop, *payment, ReviewVerdict::Paid).await, Outcome::default());
    }
    assert_eq!(test_drop.asked(cases[0].0).await, ["authorize", "void"]);
    assert_eq!(test_drop.asked(cases[1].0).await, ["authorize"], "of which nothing is known");
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn what_a_person_must_decide_is_listed_newest_first_and_counted() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let (_, payment) = test_drop.authorizing().await;
        payments::put_to_review(&test_drop.pool, payment, "bad_answer").await.unwrap();
        waiting.insert(0, payment);
    }
    assert_eq!(review::n_open(&test_drop.pool).await.unwrap(), 3);
    let first = review::list(&test_drop.pool, None, 2).await.unwrap();
    assert_eq!(first.iter().map(|case| case.payment_id).collect::<Vec<_>>(), waiting[..2]);
    assert_eq!(
        (first[0].seller_id, first[0].code.as_deref()),
        (test_drop.seller_id, Some("bad_answer"))
    );
    let rest = review::list(&test_drop.pool, Some(first[1].payment_id), 2).await.unwrap();
    assert_eq!(rest.iter().map(|case| case.payment_id).collect::<Vec<_>>(), waiting[2..]);
    test_drop.assert_invariants().await;
}

#[tokio::test]
async fn what_is_unknown_for_too_long_goes_to_a_person() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (order_id, payment) = test_drop.authorizing().await;
    let expire = |older_than| review::expire_unknown(&test_drop.pool, older_than, 10);
    assert_eq!(expire(AT_ONCE).await.unwrap(), 0, "its first answer is awaited");
    let unknown = || Conclusion::Unknown { provider_id: None, why: "a timeout".into() };
    test_drop.settle(payment, unknown()).await;
    assert_eq!(expire(Duration::from_secs(60)).await.unwrap(), 0, "not for long");

    assert_eq!(expire(AT_ONCE).await.unwrap(), 1);

    assert_eq!(review::n_open(&test_drop.pool).await.unwrap(), 1);
    let no_one = BTreeMap::new();
    let due = payments::claim(&test_drop.pool, 10, &no_one, 10, 10, Duration::from_secs(5));
    assert!(due.await.unwrap().is_empty(), "nobody asks any more");
    let late = test_drop.settle(payment, Conclusion::Authorized { provider_id: "p".into() }).await;
    assert_eq!(late, Outcome::default(), "the person decides");
    assert_eq!(test_drop.state(order_id).await, "authorizing");
    test_drop.assert_invariants().await;
}
