//! A server that really restarts, or is another master's replica for a while.

use crate::{EPOCH, private_redis::PrivateRedis, problem};
use shared::line::{EpochProblem, EventPoint, LineFold, RoomState};
use std::time::Duration;
use testkit::{room::TestRoom, wait_until};

const BACK_WITHIN: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(60);

async fn assert_refused(room: &TestRoom) {
    let joins = room.queue.join(room.drop_id, EPOCH, &[room.request(1)]).await;
    assert_eq!(problem(joins), EpochProblem::OtherServer);
    let header = room.queue.room(room.drop_id).await.unwrap().unwrap();
    assert_eq!((header.trusted, header.state), (false, RoomState::Open));
}

#[tokio::test]
async fn a_restarted_server_is_not_mistaken_for_the_one_before() {
    let redis = PrivateRedis::start().await;
    let room = redis.room(5).await;
    let tickets = room.join(3).await;
    redis.restart().await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    wait_until("Redis", BACK_WITHIN, async || queue.ping().await.ok()).await;
    assert_refused(&room).await;

    // The line is built anew from its events, which have survived.
    let batch = queue.events_after(drop_id, EventPoint::default(), 100).await.unwrap();
    let mut fold = LineFold::new();
    batch.complete().unwrap().iter().for_each(|stored| fold.apply(&stored.event));
    let next = EPOCH.next();
    queue.begin(drop_id, next).await.unwrap();
    queue.load(drop_id, next, &fold.image(), LEASE).await.unwrap();
    queue.restore_stock(drop_id, next, &[room.stock(1, 5, 0)]).await.unwrap();
    queue.open(drop_id, next, &room.config, None, Duration::ZERO).await.unwrap();
    let snapshot = queue.snapshot(drop_id, next).await.unwrap();
    let scores: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    assert_eq!(snapshot.lines[0].scores, scores);
}

#[tokio::test]
async fn a_master_that_is_promoted_again_is_not_mistaken_for_the_one_before() {
    let redis = PrivateRedis::start().await;
    let room = redis.room(5).await;
    room.join(1).await;
    // Another one may have been the master meanwhile; the process stays the same.
    redis.ask::<()>(redis::cmd("REPLICAOF").arg("127.0.0.1").arg(1)).await;
    redis.ask::<()>(redis::cmd("REPLICAOF").arg("NO").arg("ONE")).await;
    assert_refused(&room).await;
}
