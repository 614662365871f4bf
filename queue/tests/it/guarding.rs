//! A line that may have lost something refuses, whatever it is asked.

use crate::world::{EPOCH, World, connect, request};
use queue::{DropKeys, EpochProblem, QueueError, RoomState};
use shared::{ids::DropId, tickets::Epoch};
use std::time::Duration;

fn problem<T: std::fmt::Debug>(result: Result<T, QueueError>) -> EpochProblem {
    match result.unwrap_err() {
        QueueError::Epoch { problem, .. } => problem,
        other => panic!("{other:?}"),
    }
}

async fn raw(command: &mut redis::Cmd) {
    let client = redis::Client::open(crate::server::url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: redis::Value = command.query_async(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_missing_room_is_not_an_empty_line() {
    let queue = connect().await;
    let drop_id = DropId::generate();
    assert_eq!(problem(queue.admit(drop_id, EPOCH, request(1)).await), EpochProblem::Missing);
    assert_eq!(problem(queue.snapshot(drop_id, EPOCH).await), EpochProblem::Missing);
    assert_eq!(queue.room(drop_id).await.unwrap(), None);
    assert_eq!(queue.survived(drop_id).await.unwrap(), None);
}

#[tokio::test]
async fn an_older_or_newer_epoch_is_refused() {
    let world = World::open(5).await;
    for epoch in [Epoch(0), Epoch(2)] {
        let joins = world.queue.join(world.drop_id, epoch, &[world.request(1)]).await;
        assert_eq!(problem(joins), EpochProblem::Stale);
    }
    // Steps of a rebuild need a room that is being rebuilt.
    assert_eq!(problem(world.queue.clear(world.drop_id, EPOCH).await), EpochProblem::Open);
    assert_eq!(problem(world.queue.begin(world.drop_id, EPOCH).await), EpochProblem::Stale);
}

#[tokio::test]
async fn another_run_of_the_server_is_refused_until_the_rebuild() {
    let world = World::open(5).await;
    let tickets = world.join(3).await;
    let ep = DropKeys::new(world.drop_id).named("ep");
    raw(redis::cmd("HSET").arg(ep).arg("run_id").arg("another")).await;

    let (queue, drop_id) = (&world.queue, world.drop_id);
    let joins = queue.join(drop_id, EPOCH, &[world.request(1)]).await;
    assert_eq!(problem(joins), EpochProblem::OtherServer);
    assert!(!queue.room(drop_id).await.unwrap().unwrap().trusted);

    let next = EPOCH.next();
    let last = queue.survived(drop_id).await.unwrap().unwrap();
    assert_eq!((last.epoch, last.evn), (EPOCH, 2));
    queue.begin(drop_id, next).await.unwrap();
    let joins = queue.join(drop_id, next, &[world.request(1)]).await;
    assert_eq!(problem(joins), EpochProblem::Rebuilding);
    assert_eq!(queue.room(drop_id).await.unwrap().unwrap().state, RoomState::Rebuilding);
    let opened = queue.open(drop_id, next, &world.config, None, Duration::ZERO);
    opened.await.unwrap();

    // Who was there stands where they stood, and newcomers behind them.
    let joins = queue.join(drop_id, next, &[world.request(1)]).await.unwrap();
    let queue::JoinOutcome::Joined(newcomer) = joins.outcomes[0] else { panic!() };
    let snapshot = queue.snapshot(drop_id, next).await.unwrap();
    let mut expected: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    expected.push(newcomer.score);
    assert_eq!(snapshot.lanes[0].scores, expected);
    assert_eq!(newcomer.score.epoch(), next);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_unavailable() {
    let settings = shared::config::RedisSettings {
        url: "redis://127.0.0.1:1".into(),
        timeout_ms: std::num::NonZeroU64::new(300).unwrap(),
    };
    let queue = queue::Queue::connect(&settings).await.unwrap();
    let error = queue.ping().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
}

#[tokio::test]
async fn the_settings_of_the_test_server_are_right() {
    connect().await.assert_settings().await.unwrap();
}

#[tokio::test]
async fn a_removed_room_leaves_nothing() {
    let world = World::open(5).await;
    world.join(2).await;
    assert!(world.queue.rooms().await.unwrap().contains(&world.drop_id));
    world.queue.remove_room(world.drop_id, EPOCH).await.unwrap();
    assert!(!world.queue.rooms().await.unwrap().contains(&world.drop_id));
    assert_eq!(world.queue.room(world.drop_id).await.unwrap(), None);
    assert_eq!(world.queue.survived(world.drop_id).await.unwrap(), None);
}
