//! Who holds the lock of a partition, and for how long.

use crate::{
    SOON,
    orders::{n_orders, produce, signed, start},
    test_worker::TestWorker,
};
use database::workers::lock_session::LockSession;
use std::time::Duration;
use testkit::wait_until;

/// The session that holds the only lock; 0 if none does.
const HOLDER: &str = "select coalesce(min(pid), 0)::bigint from pg_locks
    where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())";

/// Waits until another session than this one holds the lock.
async fn holder_after(worker: &TestWorker, former: i64) -> i64 {
    wait_until("another holder of the lock", SOON, async || {
        let holder = worker.number(HOLDER).await;
        (holder != 0 && holder != former).then_some(holder)
    })
    .await
}

#[tokio::test]
async fn a_worker_keeps_its_locks_for_as_long_as_it_is_awake() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let holder = holder_after(&worker, 0).await;

    tokio::time::sleep(LockSession::MAX_SILENCE + Duration::from_secs(3)).await;

    assert_eq!(worker.number(HOLDER).await, holder);
}

#[tokio::test]
async fn a_worker_that_lost_its_locks_takes_them_again_and_works_on() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    let holder = holder_after(&worker, 0).await;
    let (_, before) = signed(&worker);
    produce(&worker, &before).await;
    n_orders(&worker, 1).await;

    // As Postgres does to a session that was silent for too long.
    sqlx::query("select pg_terminate_backend($1)")
        .bind(i32::try_from(holder).unwrap())
        .execute(&worker.app.pool)
        .await
        .unwrap();
    holder_after(&worker, holder).await;

    let (_, after) = signed(&worker);
    produce(&worker, &after).await;
    n_orders(&worker, 2).await;
    assert_eq!(worker.stock().await, (98, 2, 0));
}
