//! A replica from Redis: a snapshot read in chunks while the line moves, and the events behind it.
//!
//! It depends on nothing that this instance knows of the room, and leaves its header alone until it
//! is done: joins go on meanwhile.

use super::{Applied, Replica, Rise, Room, header::is_usable};
use backon::{ExponentialBuilder, Retryable as _};
use queue::{EventBatch, Queue, QueueError, UnreadableEvent};
use shared::{ids::DropId, line::RoomHeader, telemetry::with_causes};
use std::{sync::Arc, time::Duration};

/// Events of one call.
const MAX_EVENTS: u32 = 1000;
/// Pauses between five tries, 0.4 s in all. If all fail, the keeper begins again at its next look.
const PAUSES: ExponentialBuilder =
    ExponentialBuilder::new().with_min_delay(Duration::from_millis(25)).with_max_times(4);

/// A replica, and the header with which it became exact.
type LoadedRoom = (Replica, RoomHeader);

/// Why there is no snapshot yet.
#[derive(Debug, thiserror::Error)]
enum SnapshotError {
    /// A new epoch began, or events were trimmed before they could be replayed.
    #[error("take a snapshot: the line changed meanwhile")]
    Changed,
    /// The next snapshot stands behind it.
    #[error("take a snapshot: an event that came meanwhile cannot be read")]
    Unreadable(UnreadableEvent),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl SnapshotError {
    /// Whether to try again at once; where events cannot be read, the next snapshot has to wait.
    const fn passes_soon(&self) -> bool {
        !matches!(self, Self::Unreadable(_))
    }
}

/// Loads a room's replica in the background, unless it is there or being loaded. Where events
/// cannot be read, this waits until the last snapshot is old enough.
pub(super) fn begin(room: &Arc<Room>, queue: &Queue) {
    if !room.begin_loading() {
        return;
    }
    let (room, queue) = (Arc::clone(room), queue.clone());
    tokio::spawn(async move {
        tokio::time::sleep_until(room.snapshot_at().into()).await;
        match load(&room, &queue).await {
            Some((replica, header)) => {
                room.install(replica);
                room.set_header(Some(header));
            }
            None => room.give_up_loading(),
        }
    });
}

/// Takes a snapshot, again if that fails. `None` when every try failed, or when there is no line to
/// follow now.
async fn load(room: &Room, queue: &Queue) -> Option<LoadedRoom> {
    let drop_id = room.drop_id;
    let taken = (|| take(drop_id, queue)).retry(PAUSES).when(SnapshotError::passes_soon).await;
    let loaded = taken.unwrap_or_else(|error| {
        tell(room, &error);
        None
    });
    if let Some((replica, _)) = &loaded {
        let point = replica.point();
        tracing::info!(
            drop.id = %drop_id, n_waiting = replica.waiting(), %point,
            "following the room from event {point} on"
        );
    }
    loaded
}

fn tell(room: &Room, error: &SnapshotError) {
    if let SnapshotError::Unreadable(event) = error {
        return room.note_unreadable(event);
    }
    let error = with_causes(error);
    tracing::warn!(drop.id = %room.drop_id, error, "could not read the room; trying again soon");
}

/// Takes a snapshot and replays the events behind it. `None` when there is no line to follow now.
async fn take(drop_id: DropId, queue: &Queue) -> Result<Option<LoadedRoom>, SnapshotError> {
    let Some(header) = queue.room(drop_id).await?.filter(is_usable) else { return Ok(None) };
    let snapshot = queue.snapshot(drop_id, header.epoch).await?;
    let mut replica = Replica::at(snapshot.point, header.config.mode);
    for lane in &snapshot.lanes {
        lane.scores.iter().for_each(|score| replica.insert(lane.lane, *score));
    }
    // Read after the last chunk: with this event the replica is exact, and knows the settings.
    let now = queue.room(drop_id).await?.filter(|now| now.epoch == header.epoch);
    let now = now.ok_or(SnapshotError::Changed)?;
    catch_up(&mut replica, queue, drop_id, now.evn).await?;
    describe(&mut replica, &now);
    // Nobody knows who came back before the snapshot: a position seen before it may be higher now.
    replica.note_rise(Rise::Returned);
    Ok(Some((replica, now)))
}

/// Applies the events up to `evn`.
async fn catch_up(
    replica: &mut Replica,
    queue: &Queue,
    drop_id: DropId,
    evn: u64,
) -> Result<(), SnapshotError> {
    while replica.point().evn < evn {
        let batch = queue.events_after(drop_id, replica.point(), MAX_EVENTS).await?;
        let EventBatch { events, unreadable } = batch;
        // Behind those that can be read, the next turn meets it.
        if let (true, Some(event)) = (events.is_empty(), unreadable) {
            return Err(SnapshotError::Unreadable(event));
        }
        let mut applied = events.iter().map(|stored| replica.apply(stored.point, &stored.event));
        if events.is_empty() || applied.any(|applied| applied == Applied::Gap) {
            return Err(SnapshotError::Changed);
        }
    }
    Ok(())
}

fn describe(replica: &mut Replica, header: &RoomHeader) {
    let message = header.config.message.as_deref().map(Into::into);
    replica.describe(header.config.mode, message, header.config.ended);
}
