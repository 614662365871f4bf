//! The payments role at the real sandbox provider.

use crate::{SOON, test_provider::TestProvider, test_worker::TestWorker};
use database::money::payments::{Conclusion, claim};
use std::{collections::BTreeMap, time::Duration};
use testkit::wait_until;
use worker::payments::{
    provider::ProviderClient,
    steps::{self, Called},
};

/// For calls that have to be answered, on a busy machine as well.
pub(crate) const PATIENT: (&str, &str) = ("SLUICE_PAYMENTS__TIMEOUT_MS", "20000");

/// A provider, and so many workers on one database.
async fn paying(late_ms: u64, n_workers: usize) -> (TestWorker, TestProvider) {
    paying_with(late_ms, n_workers, &[]).await
}

/// The same, with other settings.
async fn paying_with(
    late_ms: u64,
    n_workers: usize,
    changes: &[(&str, &str)],
) -> (TestWorker, TestProvider) {
    let mut provider = TestProvider::new(late_ms);
    provider.start().await;
    let url = [("SLUICE_PAYMENTS__PROVIDER_URL", provider.url.as_str())];
    let changes: Vec<_> =
        url.iter().chain(changes).map(|(name, value)| (*name, (*value).to_owned())).collect();
    let worker = TestWorker::new(&changes).await;
    for _ in 0..n_workers {
        start(&worker);
    }
    (worker, provider)
}

pub(crate) fn start(worker: &TestWorker) {
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
        ("pm_card_decline", "reserved"),
        ("pm_card_hang", "confirmed"),
        ("pm_card_500_before", "confirmed"),
        ("pm_card_500_after", "confirmed"),
        ("pm_card_late", "confirmed"),
        ("pm_card_capture_hang", "confirmed"),
        ("pm_card_capture_decline", "payment_failed"),
        ("pm_card_duplicate_callbacks", "confirmed"),
        ("pm_card_out_of_order_callbacks", "confirmed"),
        ("pm_card_that_nobody_issued", "reserved"),
    ] {
        orders.push((worker.pay(card).await, card, end));
    }
    for (order_id, card, end) in orders {
        worker.comes_to(order_id, end).await;
        println!("{card}: {end}");
    }
    assert_eq!(worker.stock().await, (90, 2, 8));
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn a_declined_card_may_be_followed_by_another() {
    let (worker, provider) = paying(600, 1).await;
    let order_id = worker.pay("pm_card_decline").await;
    worker.comes_to(order_id, "reserved").await;

    worker.pay_order(order_id, "pm_card_500_after").await;
    worker.comes_to(order_id, "confirmed").await;
    assert_eq!(provider.happened("declined").await, 1);
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
    wait_until("a call", SOON, async || {
        (worker.number("select calls::bigint from payment_calls").await > 0).then_some(())
    })
    .await;
    worker.execute("update orders set hold_expires_at = now()").await;
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
    let (worker, provider) = paying_with(600, 0, &[PATIENT]).await;
    let order_id = worker.pay("pm_card_approve").await;
    // As if it was killed after the provider had answered: the claim stands, nothing is noted.
    let lease = Duration::from_millis(300);
    let due = claim(&worker.app.pool, 10, &BTreeMap::new(), 10, 10, lease).await.unwrap();
    let client = ProviderClient::new(&worker.app.settings.payments).unwrap();
    let called = steps::call(&client, &due[0], false).await;
    assert!(matches!(called, Called::Concluded(Conclusion::Authorized { .. })), "{called:?}");

    start(&worker);
    worker.comes_to(order_id, "confirmed").await;
    assert_eq!(provider.happened("authorized").await, 1);
    assert_books_agree(&worker, &provider).await;
}

#[tokio::test]
async fn an_authorization_is_given_up_only_when_nothing_of_it_can_be_on_its_way() {
    let mut provider = TestProvider::new(600);
    let settings = [
        ("SLUICE_PAYMENTS__PROVIDER_URL", provider.url.clone()),
        ("SLUICE_PAYMENTS__GIVE_UP_AFTER_SECONDS", "1".to_owned()),
    ];
    let worker = TestWorker::new(&settings).await;
    start(&worker);
    let order_id = worker.pay("pm_card_approve").await;
    // However often it was called meanwhile.
    wait_until("calls", SOON, async || {
        (worker.number("select calls::bigint from payment_calls").await > 2).then_some(())
    })
    .await;
    worker.execute("update orders set hold_expires_at = now()").await;
    worker.comes_to(order_id, "expired").await;
    let given_up = "select count(*) from payments where status = 'failed' and code = 'not_found'";
    assert_eq!(worker.number(given_up).await, 0);

    provider.start().await;
    wait_until("the end of it", SOON, async || (worker.number(given_up).await == 1).then_some(()))
        .await;
    assert_eq!(provider.happened("authorized").await, 0, "nobody wanted it any more");
    let waited = "select (extract(epoch from updated_at - created_at))::bigint from payments";
    assert!(worker.number(waited).await >= 3, "a look-up, a call and a second");
}

#[tokio::test]
async fn a_drop_whose_calls_hang_holds_up_no_other() {
    let settings = [("SLUICE_PAYMENTS__CONCURRENCY", "4"), ("SLUICE_PAYMENTS__PER_DROP", "2")];
    let (worker, _provider) = paying_with(600, 0, &settings).await;
    for _ in 0..40 {
        worker.pay("pm_card_hang").await;
    }
    let other = worker.another_drop().await;
    let order_id = worker.pay_in(&other, "pm_card_approve").await;
    start(&worker);

    worker.comes_to(order_id, "confirmed").await;
    let untried = worker.number("select count(*) from payment_calls where calls = 0").await;
    assert!(untried > 0, "the calls that hang all came first");
}
