//! One blocking reader for the events of all rooms of this instance: Redis load depends on events
//! and instances, never on who listens.

use super::{Room, Rooms, snapshot};
use queue::{Queue, StoredEvent};
use shared::{ids::DropId, messages::EventPoint};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long one read waits. A room that was opened meanwhile is read from the next one on.
const BLOCK: Duration = Duration::from_millis(200);
/// Events of one room in one read.
const EVENTS: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(50);

/// Feeds all rooms until the soft stop.
pub async fn run(rooms: Arc<Rooms>, queue: Queue, soft: CancellationToken) {
    let mut reader = queue.event_reader();
    while !soft.is_cancelled() {
        let points = points(&rooms);
        if points.is_empty() {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        match reader.read(&points, BLOCK, EVENTS).await {
            Ok(read) => read.iter().for_each(|(drop_id, events)| {
                feed(&rooms, &queue, *drop_id, events);
            }),
            Err(error) => {
                tracing::debug!(%error, "could not read room events; trying again");
                tokio::time::sleep(PAUSE * 4).await;
            }
        }
    }
}

fn points(rooms: &Rooms) -> Vec<(DropId, EventPoint)> {
    let rooms = rooms.all();
    let point = |room: Arc<Room>| Some((room.drop_id, room.feed_point()?));
    rooms.into_iter().filter_map(point).collect()
}

fn feed(rooms: &Rooms, queue: &Queue, drop_id: DropId, events: &[StoredEvent]) {
    let Some(room) = rooms.known(drop_id) else { return };
    if !room.apply(events) {
        tracing::info!(drop.id = %drop_id, "an event is missing: reading the room anew");
        room.distrust();
        snapshot::begin(&room, queue);
    }
}
