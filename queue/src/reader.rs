//! Waiting for the events of many rooms, on a connection of its own.

use crate::{Queue, QueueError, StoredEvent};
use shared::{ids::DropId, messages::EventPoint};
use std::time::Duration;

/// Reads the events of many rooms as they happen.
#[derive(Debug)]
pub struct EventReader {
    queue: Queue,
}

impl Queue {
    /// Makes a reader. It connects at its first read, and again whenever the connection breaks.
    #[must_use]
    pub fn event_reader(&self) -> EventReader {
        todo!()
    }
}

impl EventReader {
    /// Waits up to `block` for events behind the given points; gives up to `count` a room, and
    /// only rooms that have some.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn read(
        &mut self,
        rooms: &[(DropId, EventPoint)],
        block: Duration,
        count: u32,
    ) -> Result<Vec<(DropId, Vec<StoredEvent>)>, QueueError> {
        todo!()
    }
}
