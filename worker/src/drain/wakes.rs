//! What wakes a drain: somebody may be let in now who could not be before.
//!
//! One subscription serves all rooms of the process. Wakes may be lost, with a connection for
//! instance; then all are woken once it is there again, and each drain looks by itself now and then.

use super::rooms::DrainedRooms;
use crate::app::App;
use queue::Wake;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Rings until told to stop.
pub(super) async fn ring(app: &App, rooms: &DrainedRooms, soft: &CancellationToken) {
    let (mut wakes, mut changes) = (app.queue.wakes(), app.drops.subscribe());
    let mut known = Arc::clone(&changes.borrow_and_update());
    loop {
        tokio::select! {
            () = soft.cancelled() => return,
            wake = wakes.next() => match wake {
                Wake::Room(drop_id) => rooms.ring(drop_id),
                Wake::Subscribed => rooms.ring_all(),
            },
            // Limits, mode or state, or the epoch of its room.
            Ok(()) = changes.changed() => {
                let now = Arc::clone(&changes.borrow_and_update());
                for (drop_id, flash_drop) in &*now {
                    if known.get(drop_id) != Some(flash_drop) {
                        rooms.ring(*drop_id);
                    }
                }
                known = now;
            }
        }
    }
}
