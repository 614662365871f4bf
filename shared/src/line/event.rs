//! What happened in a room: events, numbered and chained.

use super::{Epoch, JoinedTicket, TicketScore};
use crate::{
    drops::{CloseReason, DropMode},
    ids::DropId,
};
use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in a room's history.
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

/// Something that happened in a waiting room. Tickets of one script call share one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RoomEvent {
    /// Shoppers joined.
    Joined {
        /// In the order of their queue numbers.
        tickets: Vec<JoinedTicket>,
    },
    /// Shoppers left.
    Left {
        /// Those who left.
        tickets: Vec<TicketScore>,
    },
    /// Shoppers were let in.
    Admitted {
        /// In the order in which they were let in.
        tickets: Vec<TicketScore>,
    },
    /// Tickets that Redis had lost stand at their own score again.
    Attached {
        /// As they once joined.
        tickets: Vec<JoinedTicket>,
    },
    /// Tickets whose turn it was were out of line before it came to them: nobody had seen them. They
    /// keep their score.
    Missed {
        /// As they once joined.
        tickets: Vec<JoinedTicket>,
    },
    /// Tickets that were missed are there again and stand at their own score.
    Returned {
        /// As they once joined.
        tickets: Vec<JoinedTicket>,
    },
    /// Tickets were closed.
    Closed {
        /// Why they were closed.
        reason: CloseReason,
        /// The tickets closed.
        tickets: Vec<TicketScore>,
    },
    /// Limits, mode or message changed.
    Configured(Configured),
    /// A new epoch began.
    Begun {
        /// The event it follows, if there was one.
        follows: Option<EventPoint>,
        /// Hash of that event; zeros if there was none.
        follows_hash: ChainHash,
    },
    /// The line ended; those still waiting are closed in the events that follow.
    Ended {
        /// Why it ended.
        reason: CloseReason,
    },
}

/// The limits and mode of a room from this event on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Configured {
    /// What the room may do.
    pub mode: DropMode,
    /// When maintenance is said to end, in microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode_until_us: Option<i64>,
    /// Admissions per million seconds: a hashed record holds no float.
    pub admission_rate_micro: u64,
    /// Admitted and unfinished tickets, at most.
    pub occupancy_cap: u32,
    /// The seller's or an operator's message to those who wait, as it is kept; see
    /// [`DropMessage`](crate::drop_message::DropMessage).
    pub message: Option<String>,
}

/// The event that an epoch follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follows {
    /// The last event of the epoch before.
    pub point: EventPoint,
    /// The hash of that event.
    pub hash: ChainHash,
}

/// SHA-256 of an event and all before it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// Wraps a stored hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for storing.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the hash of an event behind the one with this hash: SHA-256 over both.
    #[must_use]
    pub fn then(&self, drop_id: DropId, point: EventPoint, at_us: i64, event: &RoomEvent) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.0);
        context.update(drop_id.as_bytes());
        context.update(&point.epoch.0.to_be_bytes());
        context.update(&point.evn.to_be_bytes());
        context.update(&at_us.to_be_bytes());
        let event = serde_json::to_vec(event).expect("the keys of a room event are all strings");
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
