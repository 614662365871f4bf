//! A line that may have lost something refuses whatever it is asked.

use crate::{EPOCH, problem};
use queue::DropKeys;
use shared::line::{Epoch, EpochProblem, EventPoint, JoinOutcome, RoomState};
use std::time::Duration;
use testkit::room::{TestRoom, admit_request};

/// Runs a command that no script has.
async fn run(room: &TestRoom, command: &redis::Cmd) {
    let mut connection = room.redis.connect().await;
    command.query_async::<()>(&mut connection).await.unwrap();
}

fn ep(room: &TestRoom) -> String {
    DropKeys::new(room.drop_id).named("ep")
}

/// How many keys Redis has; the list of rooms is one while it names any.
async fn n_keys(room: &TestRoom) -> u64 {
    let mut connection = room.redis.connect().await;
    redis::cmd("DBSIZE").query_async(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_missing_room_is_not_an_empty_line() {
    let room = TestRoom::empty().await;
    let (queue, drop_id) = (&room.queue, room.drop_id);
    assert_eq!(problem(queue.admit(drop_id, EPOCH, admit_request(1)).await), EpochProblem::Missing);
    assert_eq!(problem(queue.snapshot(drop_id, EPOCH).await), EpochProblem::Missing);
    assert_eq!(queue.room(drop_id).await.unwrap(), None);
    let batch = queue.events_after(drop_id, EventPoint::default(), 1).await.unwrap();
    assert!(batch.complete().unwrap().is_empty());
}

#[tokio::test]
async fn an_older_or_newer_epoch_is_refused() {
    let room = TestRoom::open(5).await;
    for epoch in [Epoch(0), Epoch(2)] {
        let joins = room.queue.join(room.drop_id, epoch, &[room.request(1)]).await;
        assert_eq!(problem(joins), EpochProblem::Stale);
    }
    // The steps of a rebuild need a room that is being rebuilt.
    let stock = room.queue.restore_stock(room.drop_id, EPOCH, &[]).await;
    assert_eq!(problem(stock), EpochProblem::Open);
    assert_eq!(problem(room.queue.begin(room.drop_id, EPOCH).await), EpochProblem::Stale);
}

#[tokio::test]
async fn another_run_of_the_server_is_refused_until_the_rebuild() {
    let room = TestRoom::open(5).await;
    let tickets = room.join(3).await;
    run(&room, redis::cmd("HSET").arg(ep(&room)).arg("run_id").arg("another")).await;

    let (queue, drop_id) = (&room.queue, room.drop_id);
    let joins = queue.join(drop_id, EPOCH, &[room.request(1)]).await;
    assert_eq!(problem(joins), EpochProblem::OtherServer);
    assert!(!queue.room(drop_id).await.unwrap().unwrap().trusted);

    let next = EPOCH.next();
    let last = queue.room(drop_id).await.unwrap().unwrap();
    assert_eq!((last.epoch, last.evn), (EPOCH, 2));
    queue.begin(drop_id, next).await.unwrap();
    let joins = queue.join(drop_id, next, &[room.request(1)]).await;
    assert_eq!(problem(joins), EpochProblem::Rebuilding);
    assert_eq!(queue.room(drop_id).await.unwrap().unwrap().state, RoomState::Rebuilding);
    let opened = queue.open(drop_id, next, &room.config, None, Duration::ZERO);
    opened.await.unwrap();

    // Those who were there keep their order, and newcomers come behind them.
    let joins = queue.join(drop_id, next, &[room.request(1)]).await.unwrap();
    let JoinOutcome::Joined(newcomer, _) = joins.outcomes[0] else { panic!() };
    let snapshot = queue.snapshot(drop_id, next).await.unwrap();
    let mut expected: Vec<_> = tickets.iter().map(|ticket| ticket.score).collect();
    expected.push(newcomer.score);
    assert_eq!(snapshot.lines[0].scores, expected);
    assert_eq!(newcomer.score.epoch(), next);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_unavailable() {
    let away = [("SLUICE_REDIS__URL", "redis://127.0.0.1:1"), ("SLUICE_REDIS__TIMEOUT_MS", "300")];
    let queue = queue::Queue::connect(&testkit::settings(away).redis).await.unwrap();
    let error = queue.ping().await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
}

#[tokio::test]
async fn the_settings_of_the_test_server_are_right() {
    TestRoom::empty().await.queue.assert_settings().await.unwrap();
}

#[tokio::test]
async fn a_removed_room_leaves_nothing() {
    let room = TestRoom::open(5).await;
    room.join(2).await;
    assert!(room.queue.rooms().await.unwrap().contains(&room.drop_id));
    room.queue.remove_room(room.drop_id, EPOCH).await.unwrap();
    assert_eq!(n_keys(&room).await, 0);
    room.queue.remove_room(room.drop_id, EPOCH).await.unwrap();
}

#[tokio::test]
async fn a_room_that_is_half_gone_is_removed() {
    let room = TestRoom::open(5).await;
    room.join(2).await;
    run(&room, redis::cmd("DEL").arg(ep(&room))).await;
    room.queue.remove_room(room.drop_id, EPOCH).await.unwrap();
    assert_eq!(n_keys(&room).await, 0);
}

#[tokio::test]
async fn a_room_that_another_run_of_the_server_has_built_is_removed() {
    let room = TestRoom::open(5).await;
    room.join(2).await;
    run(&room, redis::cmd("HSET").arg(ep(&room)).arg("run_id").arg("another")).await;
    room.queue.remove_room(room.drop_id, EPOCH).await.unwrap();
    assert_eq!(n_keys(&room).await, 0);
}

#[tokio::test]
async fn a_room_of_a_later_epoch_is_not_removed() {
    let room = TestRoom::open(5).await;
    room.begin(EPOCH.next(), 5).await;
    let removed = room.queue.remove_room(room.drop_id, EPOCH).await;
    assert_eq!(problem(removed), EpochProblem::Stale);
    assert!(room.queue.rooms().await.unwrap().contains(&room.drop_id));
    assert!(room.queue.room(room.drop_id).await.unwrap().is_some());
}
