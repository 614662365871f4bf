//! Locks that say who works on what.

use database::workers::lock_session::LockSession;
use std::time::Duration;
use testkit::TestDatabase;
use tokio::time::{Instant, sleep};

const LOCK: &str = "orders:0";

async fn two_sessions(database: &TestDatabase) -> (LockSession, LockSession) {
    let mut first = LockSession::open(database.pool()).await.unwrap();
    let mut second = LockSession::open(database.pool()).await.unwrap();
    assert!(first.try_lock(LOCK).await.unwrap());
    assert!(!second.try_lock(LOCK).await.unwrap());
    (first, second)
}

#[tokio::test]
async fn a_session_that_falls_silent_loses_its_locks() {
    let database = TestDatabase::create().await;
    let (mut silent, mut other) = two_sessions(&database).await;
    let silent_since = Instant::now();

    while !other.try_lock(LOCK).await.unwrap() {
        let silence = silent_since.elapsed();
        assert!(silence < LockSession::MAX_SILENCE * 2, "still locked after {silence:?}");
        sleep(Duration::from_millis(100)).await;
    }

    assert!(silent.ping().await.is_err(), "it is told that its locks are gone");
}

#[tokio::test]
async fn a_session_that_is_pinged_keeps_its_locks() {
    let database = TestDatabase::create().await;
    let (mut awake, mut other) = two_sessions(&database).await;
    let awake_since = Instant::now();

    while awake_since.elapsed() < LockSession::MAX_SILENCE + Duration::from_secs(2) {
        sleep(Duration::from_secs(1)).await;
        awake.ping().await.unwrap();
        assert!(!other.try_lock(LOCK).await.unwrap());
    }
}

#[tokio::test]
async fn a_lock_that_is_given_back_is_free() {
    let database = TestDatabase::create().await;
    let (mut first, mut second) = two_sessions(&database).await;
    assert!(first.unlock(LOCK).await.unwrap());
    assert!(second.try_lock(LOCK).await.unwrap());
    second.close().await.unwrap();
    assert!(!first.unlock(LOCK).await.unwrap(), "it has it no more");
}
