//! Tells rooms who is there near the front, so that nobody is let in past somebody who is present, and
//! nobody waits for somebody who is not.

use crate::{
    room::{Replica, Room, RoomDirectory, watched_to},
    socket::Hubs,
};
use futures_util::{StreamExt as _, stream};
use queue::Queue;
use shared::line::{Presence, PresenceMark, RoomHeader};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Longest pause between two looks at which rooms are due.
const PAUSE: Duration = Duration::from_millis(250);
/// Least pause, however short a mark lasts.
const MIN_PAUSE: Duration = Duration::from_millis(10);
/// Rooms that are told at one time.
const AT_A_TIME: usize = 16;

/// Tells all rooms again and again, until the soft stop.
pub(crate) async fn run(
    rooms: Arc<RoomDirectory>,
    hubs: Arc<Hubs>,
    queue: Queue,
    soft: CancellationToken,
) {
    while !soft.is_cancelled() {
        let mut pause = PAUSE;
        let mut due = Vec::new();
        for room in rooms.all() {
            let Some((header, presence)) = watched(&room) else { continue };
            let every = presence.mark_every();
            pause = pause.min(every / 2).max(MIN_PAUSE);
            if room.is_mark_due(every) {
                due.push((room, header, presence));
            }
        }
        let tell = |(room, header, presence): (Arc<Room>, Arc<RoomHeader>, Presence)| {
            let (hubs, queue) = (&hubs, &queue);
            async move { mark(&room, hubs, queue, &header, presence).await }
        };
        stream::iter(due).for_each_concurrent(AT_A_TIME, tell).await;
        soft.run_until_cancelled(sleep(pause)).await;
    }
}

/// Returns how it is told who is absent from a room in which somebody may be.
fn watched(room: &Room) -> Option<(Arc<RoomHeader>, Presence)> {
    let header = room.header().ok()?;
    let presence = header.config.presence.filter(|_| header.config.ended.is_none())?;
    let nobody_waits = room.is_live() && room.read(Replica::waiting) == Some(0);
    (!nobody_waits).then_some((header, presence))
}

/// Tells a room who is there. Without a replica, those are told who were near the front before.
async fn mark(room: &Room, hubs: &Hubs, queue: &Queue, header: &RoomHeader, presence: Presence) {
    let listening =
        hubs.known(room.drop_id).map(|hub| hub.front(watched_to(presence))).unwrap_or_default();
    let here = |ticket_id| PresenceMark { ticket_id, ahead: Duration::ZERO };
    let marks: Vec<_> = listening.into_iter().map(here).chain(room.polls()).collect();
    if let Err(error) = queue.here(room.drop_id, header.epoch, &marks).await {
        if error.is_epoch() {
            room.distrust();
        }
        // Nobody is missed where nobody says for a while who is there.
        tracing::debug!(drop.id = %room.drop_id, %error, "could not tell who is there");
    }
}
