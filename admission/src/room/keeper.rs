//! Checks each room: whether it is open, of the epoch that we follow, and on the server that it was
//! built on. A wiped or restarted Redis sends no event that says so.

use super::{Room, RoomDirectory, snapshot};
use database::{PgPool, line::room_lookup};
use futures_util::future::join_all;
use queue::Queue;
use shared::line::RoomHeader;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Pause between two looks at a room.
const PAUSE: Duration = Duration::from_millis(500);
/// Least pause, however often somebody asks for a look.
const MIN_PAUSE: Duration = Duration::from_millis(50);
/// How long a room may be missing before Postgres is asked whether its drop is over.
const MISSING: Duration = Duration::from_secs(5);

/// Looks after all rooms until the soft stop, and tells after each look whether Redis answers.
pub(crate) async fn run(
    rooms: Arc<RoomDirectory>,
    queue: Queue,
    pool: PgPool,
    tell_reachable: impl Fn(bool) + Send + Sync,
    soft: CancellationToken,
) {
    let mut asked_at = Instant::now();
    while !soft.is_cancelled() {
        let all = rooms.all();
        join_all(all.iter().map(|room| look(room, &queue))).await;
        if asked_at.elapsed() >= MISSING {
            asked_at = Instant::now();
            for room in all.iter().filter(|room| room.header().is_err()) {
                end_if_over(&rooms, room, &pool).await;
            }
        }
        tell_reachable(queue.ping().await.is_ok());
        tokio::time::sleep(MIN_PAUSE).await;
        let rest = PAUSE.saturating_sub(MIN_PAUSE);
        let _ = tokio::time::timeout(rest, rooms.look_again()).await;
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
    // Does nothing while the room has the replica of its epoch.
    if room.header().is_ok() {
        snapshot::begin(room, queue);
    }
}

/// Tells those who still listen that the drop is over, and forgets its room once they are gone.
async fn end_if_over(rooms: &RoomDirectory, room: &Room, pool: &PgPool) {
    let Ok(Some(found)) = room_lookup::find(pool, room.drop_id).await else { return };
    let Some(reason) = found.state.close_reason() else { return };
    room.end(reason);
    if !room.is_needed() {
        rooms.forget(room.drop_id);
    }
}
