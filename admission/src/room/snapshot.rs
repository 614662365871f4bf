//! A replica from Redis: a snapshot read in chunks while the line moves, and the events behind it.
//!
//! It depends on nothing that this instance knows of the room, and leaves its header alone: joins go
//! on meanwhile, and a header that was read before the replay never replaces a newer one.

use super::{Applied, Replica, Rise, Room, header::is_usable};
use backon::{ExponentialBuilder, Retryable as _};
use queue::{EventBatch, Queue, QueueError, StoredEvent, UnreadableEvent};
use shared::{ids::DropId, line::RoomHeader, telemetry::with_causes};
use std::{sync::Arc, time::Duration};

/// Events of one call. Each may have hundreds of tickets.
const MAX_EVENTS: u32 = 200;
/// Pauses between five tries, 0.4 s in all. If all fail, the keeper begins again at its next look.
const PAUSES: ExponentialBuilder =
    ExponentialBuilder::new().with_min_delay(Duration::from_millis(25)).with_max_times(4);

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

/// Takes over what Redis said of a room, and begins to load its replica where that is of another line.
pub(super) fn take_over(room: &Arc<Room>, queue: &Queue, header: Option<RoomHeader>) {
    room.set_header(header);
    // Does nothing while the room has the replica of its epoch.
    if room.header().is_ok() {
        begin(room, queue);
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
            Some(replica) => room.install(replica),
            None => room.give_up_loading(),
        }
    });
}

/// Takes a snapshot, again if that fails. `None` when every try failed, or when there is no line to
/// follow now.
async fn load(room: &Room, queue: &Queue) -> Option<Replica> {
    let drop_id = room.drop_id;
    // A thousand rooms may be read at once, of a Redis that has just come back.
    let is_tried_again = |error: &SnapshotError| error.passes_soon() && queue.may_try_again();
    let taken = (|| take(drop_id, queue)).retry(PAUSES).when(is_tried_again).await;
    let loaded = taken.unwrap_or_else(|error| {
        tell(room, &error);
        None
    });
    if let Some(replica) = &loaded {
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
async fn take(drop_id: DropId, queue: &Queue) -> Result<Option<Replica>, SnapshotError> {
    let Some(header) = queue.room(drop_id).await?.filter(is_usable) else { return Ok(None) };
    let snapshot = queue.snapshot(drop_id, header.epoch).await?;
    let mut replica = Replica::at(snapshot.point, header.config.mode);
    for line in &snapshot.lines {
        line.scores.iter().for_each(|score| replica.insert(line.lane, line.variant_id, *score));
    }
    // Nobody knows who came back before the first chunk: a position seen before it may be higher
    // now. Who came back since is in the events that follow.
    replica.note_rise(Rise::Returned);
    // Read after the last chunk: with its event the replica is exact, and its settings are those of
    // that event. The replay ends there, so they replace no later ones.
    let now = queue.room(drop_id).await?.filter(|now| now.epoch == header.epoch);
    let now = now.ok_or(SnapshotError::Changed)?;
    catch_up(&mut replica, queue, drop_id, now.evn).await?;
    describe(&mut replica, &now);
    Ok(Some(replica))
}

/// Applies the events up to `evn`, and none behind it.
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
        if events.is_empty() || !apply_up_to(evn, replica, &events) {
            return Err(SnapshotError::Changed);
        }
    }
    Ok(())
}

/// Applies those of the events that stand up to `evn`. False when one is missing.
fn apply_up_to(evn: u64, replica: &mut Replica, events: &[StoredEvent]) -> bool {
    for stored in events {
        if replica.point().evn >= evn {
            break;
        }
        if replica.apply(stored.point, &stored.event) == Applied::Gap {
            return false;
        }
    }
    true
}

fn describe(replica: &mut Replica, header: &RoomHeader) {
    replica.describe((&header.config).into(), header.config.ended);
    replica.observe(header);
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        drops::DropMode,
        line::{Configured, Epoch, EventPoint, RoomEvent},
    };

    const EPOCH: Epoch = Epoch(1);

    fn point(evn: u64) -> EventPoint {
        EventPoint { epoch: EPOCH, evn }
    }

    fn configured(evn: u64, mode: DropMode) -> StoredEvent {
        let event = RoomEvent::Configured(Configured {
            mode,
            mode_until_us: None,
            admission_rate_micro: 0,
            occupancy_cap: 1,
            message: None,
        });
        StoredEvent { point: point(evn), at_us: 0, event }
    }

    #[test]
    fn a_change_behind_the_header_is_left_to_the_feed() {
        let mut replica = Replica::at(point(4), DropMode::Running);
        let events = [configured(5, DropMode::Running), configured(6, DropMode::Paused)];
        assert!(apply_up_to(5, &mut replica, &events));
        assert_eq!((replica.point(), replica.notice().mode), (point(5), DropMode::Running));
    }

    #[test]
    fn an_event_that_is_missing_ends_the_replay() {
        let mut replica = Replica::at(point(4), DropMode::Running);
        assert!(!apply_up_to(9, &mut replica, &[configured(6, DropMode::Paused)]));
        assert!(!apply_up_to(5, &mut replica, &[configured(7, DropMode::Paused)]));
        assert_eq!(replica.point(), point(4));
    }
}
