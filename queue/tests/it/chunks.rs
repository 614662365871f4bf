//! A long line is read and closed piece by piece, so that everybody else gets their turn in between:
//! what one call does is the same however many wait.

use crate::{EPOCH, private_redis::PrivateRedis};
use shared::{drops::CloseReason, line::JoinedTicket};
use std::collections::BTreeMap;
use testkit::room::TestRoom;

/// Who joins in one call.
const BATCH: usize = 250;
/// Tickets closed by one call, at most.
const CLOSED_AT_ONCE: u64 = 500;
/// Numbers read by one call of a snapshot, at most.
const READ_AT_ONCE: usize = 1_000;

async fn join(room: &TestRoom, n: usize) -> Vec<JoinedTicket> {
    let mut tickets = Vec::with_capacity(n);
    for _ in 0..n / BATCH {
        tickets.extend(room.join(BATCH).await);
    }
    tickets
}

/// Closes as many of so many as one call does. Returns how often each command was called for that.
async fn close_some_of(redis: &PrivateRedis, n: usize) -> BTreeMap<String, u64> {
    let room = redis.room(0).await;
    join(&room, n).await;
    redis.reset_counts().await;
    let closing = room.queue.close_waiting(room.drop_id, EPOCH, CloseReason::SoldOut, u32::MAX);
    let progress = closing.await.unwrap();
    let counts = redis.counts().await;
    let left = n as u64 - CLOSED_AT_ONCE;
    assert_eq!((progress.closed, progress.remaining), (CLOSED_AT_ONCE, left));
    counts
}

#[tokio::test]
async fn closing_costs_a_call_no_more_however_long_the_line_is() {
    let redis = PrivateRedis::start().await;
    // The first one sends the script as well.
    close_some_of(&redis, 2 * BATCH).await;
    let (short, long) = (close_some_of(&redis, 750).await, close_some_of(&redis, 20_000).await);
    assert_eq!(short, long, "calls in a short line and in a long one");
}

#[tokio::test]
async fn a_snapshot_reads_a_thousand_numbers_a_call() {
    const N: usize = 4_500;
    let redis = PrivateRedis::start().await;
    let room = redis.room(0).await;
    let tickets = join(&room, N).await;
    redis.reset_counts().await;
    let snapshot = room.queue.snapshot(room.drop_id, EPOCH).await.unwrap();
    let counts = redis.counts().await;
    assert_eq!(counts["zrangebyscore"], N.div_ceil(READ_AT_ONCE) as u64);
    let scores: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    assert_eq!(snapshot.lines[0].scores, scores);
}
