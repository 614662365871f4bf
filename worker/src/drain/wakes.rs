//! What wakes a drain: somebody may be let in now who could not be before.
//!
//! One subscription serves all rooms of the process.

use crate::{app::App, room_bells::RoomBells};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Rings until told to stop.
pub(super) async fn ring(app: &App, bells: &RoomBells, soft: &CancellationToken) {
    // Boxed: what a subscription awaits is nested deeper than the compiler follows.
    let heard = Box::pin(bells.ring_on(app.queue.wakes()));
    let ringing = async { tokio::join!(heard, ring_changed(app, bells)) };
    soft.run_until_cancelled(ringing).await;
}

/// Rings where a drop has changed: its limits, mode or state, or the epoch of its room.
async fn ring_changed(app: &App, bells: &RoomBells) {
    let mut changes = app.drops.subscribe();
    let mut known = Arc::clone(&changes.borrow_and_update());
    while changes.changed().await.is_ok() {
        let now = Arc::clone(&changes.borrow_and_update());
        for (drop_id, flash_drop) in &*now {
            if known.get(drop_id) != Some(flash_drop) {
                bells.ring(*drop_id);
            }
        }
        known = now;
    }
}
