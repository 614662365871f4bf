//! One blocking reader for the events of all rooms of this instance: the load on Redis depends on
//! events and instances, never on who listens.
//!
//! What a room's replica cannot go on from, a gap or an event that cannot be read, costs that room
//! a new snapshot; the others are fed as ever.

use super::{Room, RoomDirectory, snapshot};
use queue::{EventBatch, Queue};
use shared::{ids::DropId, line::EventPoint};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long one read waits. A room that is followed meanwhile is part of the next one.
const BLOCK: Duration = Duration::from_millis(200);
/// Events of one room in one read. Each may have hundreds of tickets, and while those of one room
/// are read and applied, the others wait.
const MAX_EVENTS: u32 = 200;
/// Pause while there is no room to read.
const PAUSE: Duration = Duration::from_millis(50);
/// Pause after a failed read.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// Feeds all rooms until the soft stop.
pub(crate) async fn run(rooms: Arc<RoomDirectory>, queue: Queue, soft: CancellationToken) {
    let mut reader = queue.event_reader();
    while !soft.is_cancelled() {
        let points = points(&rooms);
        if points.is_empty() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        match reader.read(&points, BLOCK, MAX_EVENTS).await {
            Ok(read) => read.iter().for_each(|(drop_id, batch)| {
                feed(&rooms, &queue, *drop_id, batch);
            }),
            Err(error) => {
                tracing::debug!(%error, "could not read room events; trying again");
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

fn points(rooms: &RoomDirectory) -> Vec<(DropId, EventPoint)> {
    let point = |room: Arc<Room>| Some((room.drop_id, room.feed_point()?));
    rooms.all().into_iter().filter_map(point).collect()
}

fn feed(rooms: &RoomDirectory, queue: &Queue, drop_id: DropId, batch: &EventBatch) {
    let Some(room) = rooms.known(drop_id) else { return };
    let is_dense = room.apply(&batch.events);
    if !is_dense {
        tracing::info!(drop.id = %drop_id, "an event is missing: taking a new snapshot");
    }
    let is_stopped = batch.unreadable.as_ref().is_some_and(|event| room.stop_at(event));
    if !is_dense || is_stopped {
        snapshot::begin(&room, queue);
    }
}
