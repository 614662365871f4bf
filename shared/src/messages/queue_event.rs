//! What happened in a line: one record per room event, chained by hash.

use crate::{
    ids::DropId,
    line::{ChainHash, Epoch, EventPoint, RoomEvent},
};
use serde::{Deserialize, Serialize};

/// A record of `queue-events`, keyed by its drop.
///
/// Its content depends on the room event and the record before it alone, so two writers at once
/// produce equal records, and readers take the first of each (epoch, evn).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum QueueEvent {
    /// The first version.
    #[serde(rename = "1")]
    V1(QueueEventV1),
}

/// A room event as a link of the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEventV1 {
    /// The drop, which is also the key of the record.
    pub drop_id: DropId,
    /// Generation of the drop's Redis state.
    pub epoch: Epoch,
    /// Number of the event, dense from 1 within its epoch.
    pub evn: u64,
    /// When it happened, in microseconds of Redis time.
    pub at_us: i64,
    /// What happened.
    pub event: RoomEvent,
    /// Hash of the event before it; zeros at the start of the chain.
    pub previous: ChainHash,
    /// Hash of this event: SHA-256 over `previous` and this record's other fields.
    pub hash: ChainHash,
}

impl QueueEventV1 {
    /// Chains an event to the one with hash `previous`.
    #[must_use]
    pub fn chained(
        drop_id: DropId,
        point: EventPoint,
        at_us: i64,
        event: RoomEvent,
        previous: ChainHash,
    ) -> Self {
        let EventPoint { epoch, evn } = point;
        let hash = previous.then(drop_id, point, at_us, &event);
        Self { drop_id, epoch, evn, at_us, event, previous, hash }
    }

    /// Whether the hash matches the content.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash == self.previous.then(self.drop_id, self.point(), self.at_us, &self.event)
    }

    /// Where in the room's history it stands.
    #[must_use]
    pub const fn point(&self) -> EventPoint {
        EventPoint { epoch: self.epoch, evn: self.evn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drops::CloseReason;

    #[test]
    fn a_changed_event_breaks_the_chain() {
        let point = EventPoint { epoch: Epoch(1), evn: 1 };
        let event = RoomEvent::Ended { reason: CloseReason::SoldOut };
        let mut record =
            QueueEventV1::chained(DropId::generate(), point, 5, event, ChainHash::default());
        assert!(record.is_intact());
        record.event = RoomEvent::Ended { reason: CloseReason::Closed };
        assert!(!record.is_intact());
    }
}
