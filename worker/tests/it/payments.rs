//! The payments role at the real sandbox provider.

use crate::{test_provider::TestProvider, test_worker::TestWorker};
use std::time::Duration;

/// A provider, and so many workers on one database.
async fn paying(late_ms: u64, n_workers: usize) -> (TestWorker, TestProvider) {
    let mut provider = TestProvider::new(late_ms);
    provider.start().await;
    let url = [("SLUICE_PAYMENTS__PROVIDER_URL", provider.url.clone())];
    let worker = TestWorker::new(&url).await;
    for _ in 0..n_workers {
        start(&worker);
    }
    (worker, provider)
}

fn start(worker: &TestWorker) {
    tokio::spawn(worker::payments::run(worker.app.clone(), worker.shutdown.clone()));
    tokio::spawn(worker::sweeper::run(worker.app.clone(), worker.shutdown.clone()));
}

/// PAY-1 and PAY-2: the provider took once what we believe it took.
async fn assert_books_agree(worker: &TestWorker, provider: &TestProvider) {
    worker.all_is_certain().await;
    let captured = provider.happened("captured").await - provider.happened("refunded").await;
    let sold = worker.number("select count(*) from orders where state = 'confirmed'").await;
    let booked = "select coalesce(sum(amount_minor), 0)::bigint from ledger_entries
        where account = 'provider'";
    let price = worker.number("select price_minor from variants").await;
    assert_eq!(captured as i64, sold);
    assert_eq!(worker.number(booked).await, sold * price);
    let twice = "select count(*) from (select order_id from payments where kind = 'capture'
        and status = 'succeeded' group by 1 having count(*) > 1) p";
    assert_eq!(worker.number(twice).await, 0);
    let held = provider.happened("authorized").await as i64
        - provider.happened("captured").await as i64
        - provider.happened("capture_declined").await as i64
        - provider.happened("voided").await as i64;
    assert_eq!(held, 0, "money is held for nothing");
}

#[tokio::test]
async fn every_card_comes_to_its_end() {
    let (worker, provider) = paying(600, 1).await;
    let mut orders = Vec::new();
    for (card, end) in [
        ("pm_card_approve", "confirmed"),
        ("pm_card_decline", "payment_failed"),
        ("pm_card_hang", "confirmed"),
        ("pm_card_500_before", "confirmed"),
        ("pm_card_500_after", "confirmed"),
        ("pm_card_late", "confirmed"),
        ("pm_card_capture_hang", "confirmed"),
        ("pm_card_capture_decline", "payment_failed"),
        ("pm_card_duplicate_callbacks", "confirmed"),
        ("pm_card_out_of_order_callbacks", "confirmed"),
        ("pm_card_that_nobody_issued", "payment_failed"),
    ] {
        orders.push((worker.pay(card).await, card, end));
    }
    for (order_id, card, end) in orders {
        worker.comes_to(order_id, end).await;
        println!("{card}: {end}");
    }
    assert_eq!(worker.stock().await, (92, 0, 8));
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn several_workers_take_money_once() {
    let (worker, provider) = paying(600, 3).await;
    let cards = ["pm_card_approve", "pm_card_hang", "pm_card_500_after", "pm_card_capture_hang"];
    let mut orders = Vec::new();
    for n in 0..24 {
        orders.push(worker.pay(cards[n % cards.len()]).await);
    }
    for order_id in orders {
        worker.comes_to(order_id, "confirmed").await;
    }
    assert_eq!(worker.stock().await, (76, 0, 24));
    assert_eq!(provider.happened("captured").await, 24);
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn money_that_comes_after_the_hold_is_let_go() {
    let (worker, provider) = paying(5000, 1).await;
    let order_id = worker.pay("pm_card_late").await;
    sqlx::query("update holds set expires_at = now() + interval '500 ms'")
        .execute(&worker.app.pool)
        .await
        .unwrap();
    worker.comes_to(order_id, "expired").await;
    assert_eq!(worker.stock().await, (100, 0, 0));
    worker.all_is_certain().await;
    assert_eq!(provider.happened("captured").await, 0);
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_asked_again() {
    let mut provider = TestProvider::new(600);
    let url = [("SLUICE_PAYMENTS__PROVIDER_URL", provider.url.clone())];
    let worker = TestWorker::new(&url).await;
    start(&worker);
    let order_id = worker.pay("pm_card_approve").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(worker.state(order_id).await, "authorizing");

    provider.start().await;
    worker.comes_to(order_id, "confirmed").await;
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn a_worker_that_vanished_in_mid_call_is_followed_by_another() {
    let (worker, provider) = paying(600, 0).await;
    let order_id = worker.pay("pm_card_approve").await;
    // As if it was killed after the provider had answered: the claim stands, nothing is noted.
    let lease = Duration::from_millis(300);
    let due = database::money::payments::claim(&worker.app.pool, 10, lease).await.unwrap();
    let client =
        worker::payments::provider::ProviderClient::new(&worker.app.settings.payments).unwrap();
    let conclusion = worker::payments::steps::call(&client, &due[0]).await;
    assert!(matches!(conclusion, worker::payments::steps::Conclusion::Authorized(_)));

    start(&worker);
    worker.comes_to(order_id, "confirmed").await;
    assert_eq!(provider.happened("authorized").await, 1);
    assert_books_agree(&worker, &provider).await;
}
