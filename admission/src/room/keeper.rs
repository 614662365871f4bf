//! Looks after each room: whether it is open, of the epoch we follow, on the server it was built
//! on. A wiped or restarted Redis sends no event that says so.

use super::{Room, Rooms, snapshot};
use database::PgPool;
use futures_util::future::join_all;
use queue::{Queue, RoomHeader};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Pause between two looks at a room.
const EVERY: Duration = Duration::from_millis(500);
/// Least pause, however often somebody asks for a look.
const AT_LEAST: Duration = Duration::from_millis(50);
/// How long a room may be missing before Postgres is asked whether its drop is over.
const MISSING: Duration = Duration::from_secs(5);

/// Looks after all rooms until the soft stop.
pub async fn run(rooms: Arc<Rooms>, queue: Queue, pool: PgPool, soft: CancellationToken) {
    let mut asked = Instant::now();
    while !soft.is_cancelled() {
        let all = rooms.all();
        join_all(all.iter().map(|room| look(room, &queue))).await;
        if asked.elapsed() >= MISSING {
            asked = Instant::now();
            for room in all.iter().filter(|room| room.header().is_err()) {
                end_if_over(&rooms, room, &pool).await;
            }
        }
        rooms.set_ready(queue.ping().await.is_ok());
        tokio::time::sleep(AT_LEAST).await;
        let pause = EVERY.saturating_sub(AT_LEAST);
        let _ = tokio::time::timeout(pause, rooms.look_again().notified()).await;
    }
}

async fn look(room: &Arc<Room>, queue: &Queue) {
    match queue.room(room.drop_id).await {
        Ok(header) => take_over(room, queue, header),
        Err(error) => {
            tracing::debug!(drop.id = %room.drop_id, %error, "could not look at the room");
            room.note_failure();
        }
    }
}

fn take_over(room: &Arc<Room>, queue: &Queue, header: Option<RoomHeader>) {
    room.set_header(header);
    if room.header().is_ok() && !room.is_live() {
        snapshot::begin(room, queue);
    }
}

/// Tells those who still listen that the drop is over, and forgets its room.
async fn end_if_over(rooms: &Rooms, room: &Room, pool: &PgPool) {
    let looked_up = database::line::room_lookup::find(pool, room.drop_id).await;
    if let Ok(Some(reason)) = looked_up.map(|found| found.and_then(|found| found.ended())) {
        room.hub.close_all(reason);
        if room.hub.is_empty() {
            rooms.forget(room.drop_id);
        }
    }
}
