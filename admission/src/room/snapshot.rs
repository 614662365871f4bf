//! A replica from Redis: a snapshot read in chunks while the line moves, and the events behind it.

use super::{Applied, Replica, Rise, Room};
use queue::{Queue, QueueError};
use shared::{ids::DropId, line::RoomHeader};
use std::{sync::Arc, time::Duration};

/// Events of one call.
const MAX_EVENTS: u32 = 1000;
/// Pause after a snapshot that failed, before the keeper or the feed may ask for another.
const PAUSE: Duration = Duration::from_millis(100);

/// Brings a room's replica up to date in the background, unless that is under way.
pub(super) fn begin(room: &Arc<Room>, queue: &Queue) {
    if !room.begin_sync() {
        return;
    }
    let (room, queue) = (Arc::clone(room), queue.clone());
    tokio::spawn(async move {
        match take(&room, &queue).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::warn!(drop.id = %room.drop_id, %error, "could not read the room; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
        room.end_sync();
    });
}

/// Takes a snapshot and installs it. False when the line changed meanwhile.
async fn take(room: &Room, queue: &Queue) -> Result<bool, QueueError> {
    let Ok(header) = room.header() else { return Ok(false) };
    let snapshot = queue.snapshot(room.drop_id, header.epoch).await?;
    let mut replica = Replica::at(snapshot.point, header.config.mode);
    for lane in &snapshot.lanes {
        lane.scores.iter().for_each(|score| replica.insert(lane.lane, *score));
    }
    // Read after the last chunk: with this event the replica is exact, and knows the settings.
    let Some(now) = queue.room(room.drop_id).await?.filter(|now| now.epoch == header.epoch) else {
        return Ok(false);
    };
    if !catch_up(&mut replica, queue, room.drop_id, now.evn).await? {
        return Ok(false);
    }
    describe(&mut replica, &now);
    // Nobody knows who came back before the snapshot: a position seen before it may be higher now.
    replica.note_rise(Rise::Returned);
    let point = replica.point();
    tracing::info!(
        drop.id = %room.drop_id, n_waiting = replica.waiting(), %point,
        "following the room from event {point} on"
    );
    room.install(replica);
    room.set_header(Some(now));
    Ok(true)
}

/// Applies the events up to `evn`. False when one is missing.
async fn catch_up(
    replica: &mut Replica,
    queue: &Queue,
    drop_id: DropId,
    evn: u64,
) -> Result<bool, QueueError> {
    while replica.point().evn < evn {
        let before = replica.point();
        let events = queue.events_after(drop_id, before, MAX_EVENTS).await?;
        for stored in &events {
            if replica.apply(stored.point, &stored.event) == Applied::Gap {
                return Ok(false);
            }
        }
        if replica.point() == before {
            return Ok(false);
        }
    }
    Ok(true)
}

fn describe(replica: &mut Replica, header: &RoomHeader) {
    let message = header.config.message.as_deref().map(Into::into);
    replica.describe(header.config.mode, message, header.config.ended);
}
