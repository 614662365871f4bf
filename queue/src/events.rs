//! The room events: what every replica and the log are fed with.

use crate::{Queue, QueueError};
use shared::{
    ids::DropId,
    messages::{EventPoint, RoomEvent},
};

/// A room event as Redis has it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Where in the room's history it stands.
    pub point: EventPoint,
    /// When it happened, microseconds of Redis time.
    pub at_us: i64,
    /// What happened.
    pub event: RoomEvent,
}

impl Queue {
    /// Reads up to `count` events behind `after`. Works during a rebuild too.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn events_after(
        &self,
        drop_id: DropId,
        after: EventPoint,
        count: u32,
    ) -> Result<Vec<StoredEvent>, QueueError> {
        todo!()
    }

    /// Forgets the events up to and with `through`, which the log has.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn trim_events(
        &self,
        drop_id: DropId,
        through: EventPoint,
    ) -> Result<u64, QueueError> {
        todo!()
    }
}
