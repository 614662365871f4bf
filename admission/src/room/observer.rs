//! Who hears of a room's changes; a room need not know what they do with them.

use shared::{drops::CloseReason, line::RoomEvent};

/// Hears of a room's changes as they happen. The feed of all rooms waits meanwhile: be short.
pub(crate) trait RoomObserver: Send + Sync {
    /// The replica has applied this event.
    fn applied(&self, event: &RoomEvent);

    /// A snapshot has replaced the replica; the events in between were not told.
    fn replaced(&self);

    /// The drop is over, and nobody who waits will be let in.
    fn over(&self, reason: CloseReason);

    /// Whether somebody still needs the room.
    fn is_needed(&self) -> bool;
}
