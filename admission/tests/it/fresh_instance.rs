//! An instance that nobody has asked yet lets people join at once.

use crate::harness::{AdmissionTest, TestShopper};
use futures_util::future::join_all;
use jiff::SignedDuration;
use queue::{DropKeys, MAX_JOIN_BATCH};
use serde_json::json;
use shared::{
    clock::{Clock, SystemClock},
    line::{Lane, Score},
};
use std::time::Duration;
use testkit::room::TestRoom;

/// People in line before the instance starts.
const N_WAITING: usize = 50_000;
/// People who come the moment that a room opens.
const N_FIRST: u64 = 50;
/// Time to start an instance before that.
const OPENS_IN: SignedDuration = SignedDuration::from_millis(1500);

/// Joins so many people behind the back of all instances.
async fn fill(test: &AdmissionTest) {
    let mut n_left = N_WAITING;
    while n_left > 0 {
        let n = n_left.min(MAX_JOIN_BATCH);
        test.room.join(n).await;
        n_left -= n;
    }
}

/// Puts somebody in line whom no snapshot can have: no ticket has the number 0. The line is one
/// longer by that, and no instance ever gets a replica of it.
async fn spoil_snapshots(test: &AdmissionTest) {
    let line = format!("w:{}:{}", Lane::default().0, test.room.variant_id);
    let mut add = redis::cmd("ZADD");
    add.arg(DropKeys::new(test.room.drop_id).named(&line));
    add.arg(Score::new(TestRoom::EPOCH, 0).raw()).arg(&[0_u8; 16][..]);
    add.query_async::<()>(&mut test.room.redis.connect().await).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_join_of_a_long_line_waits_for_no_snapshot() {
    let test = AdmissionTest::open().await;
    fill(&test).await;
    spoil_snapshots(&test).await;
    let instance = test.instance().await;

    let (status, joined) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!(status, 201, "{joined}");
    // Behind all of them, and behind the one who spoils the snapshots.
    let last = json!(N_WAITING + 2);
    assert_eq!((&joined["position"], &joined["waiting"]), (&last, &last));
    let (status, problem) = test.try_numbers(&instance).await;
    assert_eq!((status, &problem["code"]), (503, &json!("room_rebuilding")), "it has no replica");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_come_as_a_room_opens_get_into_line() {
    let mut test = AdmissionTest::empty().await;
    let opens_at = SystemClock.now() + OPENS_IN;
    test.room.config.opens_at_us = opens_at.as_microsecond();
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let left = Duration::try_from(opens_at.duration_since(SystemClock.now()));
    tokio::time::sleep(left.unwrap_or_default()).await;

    let joins = (0..N_FIRST).map(async |_| test.try_join(&instance, &TestShopper::new()).await);
    let mut positions = Vec::new();
    for (status, joined) in join_all(joins).await {
        assert_eq!(status, 201, "{joined}");
        positions.push(joined["position"].as_u64().unwrap());
    }
    positions.sort_unstable();
    assert_eq!(positions, (1..=N_FIRST).collect::<Vec<_>>());
}
