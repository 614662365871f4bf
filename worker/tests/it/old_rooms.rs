//! Rooms of settled drops leave Redis in their time.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
    test_worker::TestWorker,
};
use queue::Queue;
use shared::{ids::DropId, line::Epoch};
use std::{collections::BTreeSet, time::Duration};
use testkit::{room::room_config, wait_until};

const EPOCH: Epoch = Epoch(1);
const HOUR: f64 = 3600.0;
/// Less than a room is kept.
const MINUTE: f64 = 60.0;

async fn open_room(worker: &TestWorker, drop_id: DropId) -> DropId {
    let (queue, config) = (&worker.app.queue, room_config(Vec::new()));
    queue.begin(drop_id, EPOCH).await.unwrap();
    queue.open(drop_id, EPOCH, &config, None, Duration::ZERO).await.unwrap();
    drop_id
}

/// A drop with a room that ended so many seconds ago. It is settled if its `epoch_state` is `none`.
async fn closed_drop(worker: &TestWorker, epoch_state: &str, seconds_ago: f64) -> DropId {
    let drop_id = open_room(worker, worker.another_drop().await.drop_id).await;
    sqlx::query("update drops set state = 'closed', epoch_state = $2 where id = $1")
        .bind(drop_id)
        .bind(epoch_state)
        .execute(&worker.app.pool)
        .await
        .unwrap();
    set_end(worker, drop_id, seconds_ago).await;
    drop_id
}

async fn set_end(worker: &TestWorker, drop_id: DropId, seconds_ago: f64) {
    sqlx::query("update drops set ended_at = now() - make_interval(secs => $2) where id = $1")
        .bind(drop_id)
        .bind(seconds_ago)
        .execute(&worker.app.pool)
        .await
        .unwrap();
}

async fn leaves(queue: &Queue, drop_id: DropId) {
    wait_until("a removed room", SOON, async || {
        let is_listed = queue.rooms().await.unwrap().contains(&drop_id);
        (!is_listed).then_some(())
    })
    .await;
    assert_eq!(queue.room(drop_id).await.unwrap(), None);
}

#[tokio::test]
async fn only_rooms_of_drops_that_were_settled_long_enough_ago_are_removed() {
    let worker = TestWorker::new(&[]).await;
    let queue = &worker.app.queue;
    let kept = [
        closed_drop(&worker, "none", MINUTE).await,
        closed_drop(&worker, "open", HOUR).await,
        open_room(&worker, worker.another_drop().await.drop_id).await,
        // Of another database.
        open_room(&worker, DropId::generate()).await,
    ];
    let first = closed_drop(&worker, "none", HOUR).await;
    let second = closed_drop(&worker, "none", MINUTE).await;

    worker::start::tasks(&worker.app, &"scheduler".parse().unwrap(), &worker.shutdown);
    leaves(queue, first).await;
    // Removed by a later look, so the one before has passed over the others for good.
    set_end(&worker, second, HOUR).await;
    leaves(queue, second).await;

    assert_eq!(BTreeSet::from_iter(queue.rooms().await.unwrap()), BTreeSet::from(kept));
    for drop_id in kept {
        assert!(queue.room(drop_id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_room_of_a_closed_drop_leaves_and_nobody_builds_it_again() {
    let line = TestLine::new(LineOptions::default()).await;
    let shutdown = line.run("log,scheduler,reconciler");
    line.open(1).await;
    line.join(5).await;
    let pool = &line.app.pool;
    sqlx::query("update drops set closes_at = now()").execute(pool).await.unwrap();
    wait_until("retired drop", SOON, async || line.row().await.is_none().then_some(())).await;
    assert!(line.header().await.is_some(), "it is kept for browsers that come back late");

    let an_hour_ago = "update drops set ended_at = ended_at - interval '1 hour'";
    sqlx::query(an_hour_ago).execute(pool).await.unwrap();

    leaves(&line.app.queue, line.drop_id).await;
    assert_eq!(line.database.scalar::<i32>("select epoch from drops").await, 1);
    shutdown.begin();
}
