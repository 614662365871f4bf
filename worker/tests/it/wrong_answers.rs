//! A provider whose answers cannot be right.

use crate::{
    SOON, payments::start, test_provider::TestProvider, test_proxy, test_worker::TestWorker,
};
use serde_json::{Value, json};
use testkit::wait_until;

const TO_REVIEW: &str = "select count(*) from payments where status = 'needs_review'";

/// A worker whose provider's words are changed on their way.
async fn misled(change: impl Fn(&mut Value) + Send + Sync + 'static) -> (TestWorker, TestProvider) {
    let mut provider = TestProvider::new(600);
    provider.start().await;
    let url = test_proxy::start(&provider.url, change).await;
    let worker = TestWorker::new(&[("SLUICE_PAYMENTS__PROVIDER_URL", url)]).await;
    (worker, provider)
}

/// Waits until so many payments wait for a person, and nobody is asked any more.
async fn come_to_review(worker: &TestWorker, n: i64) {
    wait_until("payments to review", SOON, async || {
        (worker.number(TO_REVIEW).await == n).then_some(())
    })
    .await;
    worker.all_is_certain().await;
    assert_eq!(worker.number("select count(*) from payment_calls").await, 0);
}

async fn code(worker: &TestWorker) -> String {
    sqlx::query_scalar("select code from payments where status = 'needs_review'")
        .fetch_one(&worker.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn money_held_for_another_amount_is_never_taken() {
    let (worker, provider) = misled(|payment| {
        if payment["status"] == "authorized" {
            payment["amount_minor"] = json!(1);
        }
    })
    .await;
    start(&worker);
    let order_id = worker.pay("pm_card_approve").await;

    come_to_review(&worker, 1).await;
    assert_eq!(code(&worker).await, "amount_mismatch");
    assert_eq!(worker.state(order_id).await, "authorizing");
    assert_eq!(provider.happened("captured").await, 0);
    assert_eq!(worker.stock().await, (99, 1, 0));
}

#[tokio::test]
async fn an_order_of_which_another_amount_was_taken_is_never_confirmed() {
    let (worker, _provider) = misled(|payment| {
        if payment["status"] == "captured" {
            payment["captured_minor"] = json!(1);
        }
    })
    .await;
    start(&worker);
    let order_id = worker.pay("pm_card_capture_hang").await;

    come_to_review(&worker, 1).await;
    assert_eq!(code(&worker).await, "amount_mismatch");
    assert_eq!(worker.state(order_id).await, "capturing");
    assert_eq!(worker.stock().await, (99, 1, 0));
    assert_eq!(worker.number("select count(*) from ledger_entries").await, 0);
}

#[tokio::test]
async fn an_answer_about_another_order_is_not_taken_for_ours() {
    let (worker, provider) = misled(|payment| {
        if payment["status"] == "authorized" {
            payment["reference"] = json!("another order");
        }
    })
    .await;
    start(&worker);
    let order_id = worker.pay("pm_card_approve").await;

    come_to_review(&worker, 1).await;
    assert_eq!(code(&worker).await, "reference_mismatch");
    assert_eq!(worker.state(order_id).await, "authorizing");
    assert_eq!(provider.happened("captured").await, 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_committed_holds_up_no_other() {
    let (worker, provider) = misled(|payment| {
        if payment["payment_method"] == "pm_card_duplicate_callbacks" {
            // Postgres keeps no text with it.
            payment["id"] = json!("pay\u{0}");
        }
    })
    .await;
    let odd = worker.pay("pm_card_duplicate_callbacks").await;
    let mut orders = Vec::new();
    for _ in 0..20 {
        orders.push(worker.pay("pm_card_approve").await);
    }
    // All are called at the same time, so their answers come together.
    start(&worker);

    for order_id in orders {
        worker.comes_to(order_id, "confirmed").await;
    }
    come_to_review(&worker, 1).await;
    assert_eq!(code(&worker).await, "cannot_be_settled");
    assert_eq!(worker.state(odd).await, "authorizing");
    // What the odd one holds is left to a person.
    assert_eq!(provider.happened("captured").await, 20);
    assert_eq!(worker.number("select count(*) from ledger_entries").await, 40);
}
