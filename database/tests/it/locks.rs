//! Locks that say who works on what.

use database::workers::lock_session::LockSession;
use std::time::Duration;
use testkit::TestDatabase;
use tokio::time::{Instant, sleep};

const GROUP: &str = "orders";
const LOCK: &str = "orders:0";

async fn open(database: &TestDatabase) -> LockSession {
    LockSession::open(database.pool(), GROUP).await.unwrap()
}

fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("orders:{n}")).collect()
}

/// Tries to take the lock.
async fn takes(session: &mut LockSession) -> bool {
    !session.take(&[LOCK.to_owned()], 1).await.unwrap().is_empty()
}

async fn two_sessions(database: &TestDatabase) -> (LockSession, LockSession) {
    let (mut first, mut second) = (open(database).await, open(database).await);
    assert!(takes(&mut first).await);
    assert!(!takes(&mut second).await);
    (first, second)
}

#[tokio::test]
async fn a_session_that_falls_silent_loses_its_locks() {
    let database = TestDatabase::create().await;
    let (mut silent, mut other) = two_sessions(&database).await;
    let silent_since = Instant::now();

    while !takes(&mut other).await {
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
        assert!(!takes(&mut other).await);
    }
}

#[tokio::test]
async fn a_lock_that_is_given_back_is_free() {
    let database = TestDatabase::create().await;
    let (mut first, mut second) = two_sessions(&database).await;
    let lock = [LOCK.to_owned()];
    assert_eq!(first.give_back(&lock).await.unwrap(), 1);
    assert!(takes(&mut second).await);
    second.close().await.unwrap();
    assert_eq!(first.give_back(&lock).await.unwrap(), 0, "it has it no more");
}

#[tokio::test]
async fn no_more_locks_are_taken_than_asked_for_and_the_first_free_ones() {
    let database = TestDatabase::create().await;
    let (mut first, mut second) = (open(&database).await, open(&database).await);
    assert_eq!(first.take(&names(2..4), 9).await.unwrap(), names(2..4));

    let taken = second.take(&names(0..10), 3).await.unwrap();

    assert_eq!(taken, [names(0..2), names(4..5)].concat());
    assert_eq!(first.take(&names(5..10), 9).await.unwrap(), names(5..10), "the rest is free");
    assert_eq!(second.give_back(&names(0..10)).await.unwrap(), 3);
}

#[tokio::test]
async fn the_sessions_of_a_group_are_counted_while_they_last() {
    let database = TestDatabase::create().await;
    let (mut first, second) = (open(&database).await, open(&database).await);
    let other_group = LockSession::open(database.pool(), "log").await.unwrap();
    assert_eq!(first.n_members().await.unwrap(), 2);

    second.close().await.unwrap();

    let deadline = Instant::now() + Duration::from_secs(10);
    while first.n_members().await.unwrap() != 1 {
        assert!(Instant::now() < deadline, "a closed session is still counted");
        sleep(Duration::from_millis(20)).await;
    }
    other_group.close().await.unwrap();
}
