//! What happened in a line: one record per room event, chained by hash.

use crate::{
    drops::{CloseReason, DropMode},
    ids::{DropId, ShopperId, TicketId},
    tickets::{Epoch, Intent, Lane, Score},
};
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A record of `queue-events`, keyed by its drop.
///
/// Its content is a function of the room event and its forerunner alone, so two writers at once
/// produce equal records and readers take the first of each (epoch, evn).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "version")]
pub enum QueueEvent {
    /// The first version.
    #[serde(rename = "1")]
    V1(QueueEventV1),
}

/// A room event with its place in the chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEventV1 {
    /// The drop.
    pub drop_id: DropId,
    /// Generation of the drop's Redis state.
    pub epoch: Epoch,
    /// Number of the event, dense from 1 within its epoch.
    pub evn: u64,
    /// When it happened, in microseconds of Redis time.
    pub at_us: i64,
    /// What happened.
    pub event: RoomEvent,
    /// Hash of the event before it; of the chain's start, zeros.
    pub previous: ChainHash,
    /// Hash of this event: SHA-256 over the forerunner's and this record's fields.
    pub hash: ChainHash,
}

impl QueueEventV1 {
    /// Chains an event behind the one with hash `previous`.
    #[must_use]
    pub fn chained(
        drop_id: DropId,
        point: EventPoint,
        at_us: i64,
        event: RoomEvent,
        previous: ChainHash,
    ) -> Self {
        let EventPoint { epoch, evn } = point;
        let hash = ChainHash::of(&previous, drop_id, point, at_us, &event);
        Self { drop_id, epoch, evn, at_us, event, previous, hash }
    }

    /// Whether the hash fits the content.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.hash
            == ChainHash::of(&self.previous, self.drop_id, self.point(), self.at_us, &self.event)
    }

    /// Where in the room's history it stands.
    #[must_use]
    pub const fn point(&self) -> EventPoint {
        EventPoint { epoch: self.epoch, evn: self.evn }
    }
}

/// A place in a room's history.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct EventPoint {
    /// Generation of the drop's Redis state.
    pub epoch: Epoch,
    /// Number of the event within it; 0 is before the first.
    pub evn: u64,
}

impl fmt::Display for EventPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.evn)
    }
}

/// What can happen in a waiting room. Several tickets of one script call are one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RoomEvent {
    /// Shoppers joined.
    Joined {
        /// Who, in the order of their numbers.
        tickets: Vec<JoinedTicket>,
    },
    /// Shoppers went away by their own will.
    Left {
        /// Who.
        tickets: Vec<TicketScore>,
    },
    /// Shoppers were let in, in this order.
    Admitted {
        /// Who.
        tickets: Vec<TicketScore>,
    },
    /// Tickets that Redis had lost stand at their own place again.
    Attached {
        /// Who.
        tickets: Vec<JoinedTicket>,
    },
    /// Tickets were closed.
    Closed {
        /// Why.
        reason: CloseReason,
        /// Who.
        tickets: Vec<TicketScore>,
    },
    /// Limits, mode or message changed.
    Configured(Configured),
    /// A new epoch begins.
    Begun {
        /// The event it follows, if there was one.
        follows: Option<EventPoint>,
        /// Hash of that event; zeros if there was none.
        follows_hash: ChainHash,
    },
    /// The line ended; those who wait are closed in the events that follow.
    Ended {
        /// Why.
        reason: CloseReason,
    },
}

/// A ticket as its join tells it: enough to put it in line again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinedTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub shopper_id: ShopperId,
    /// Its lane.
    pub lane: Lane,
    /// Its place in the order of the lane.
    pub score: Score,
    /// What is wanted.
    pub intent: Intent,
    /// When it joined, in milliseconds of Redis time.
    pub joined_at_ms: i64,
}

/// A ticket that is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketScore {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its lane.
    pub lane: Lane,
    /// Its place in the order of the lane.
    pub score: Score,
}

/// The limits and mode of a room from this event on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Configured {
    /// What the room may do.
    pub mode: DropMode,
    /// Admissions per million seconds, so that no float stands in a hashed record.
    pub admission_rate_micro: u64,
    /// Admitted and unfinished tickets, at most.
    pub occupancy_cap: u32,
    /// The operator's words for those who wait.
    pub message: Option<String>,
}

/// SHA-256 of an event and all before it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// Takes a stored hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for storing.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(
        previous: &Self,
        drop_id: DropId,
        point: EventPoint,
        at_us: i64,
        event: &RoomEvent,
    ) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&previous.0);
        context.update(drop_id.as_uuid().as_bytes());
        context.update(&point.epoch.0.to_be_bytes());
        context.update(&point.evn.to_be_bytes());
        context.update(&at_us.to_be_bytes());
        let event = serde_json::to_vec(event).expect("a room event has no map with odd keys");
        context.update(&event);
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for ChainHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(&text, &mut hash).map_err(serde::de::Error::custom)?;
        Ok(Self(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
