//! A room's header, its limits and how they change.

use crate::{Queue, QueueError};
use shared::{
    drops::{CloseReason, DropMode},
    ids::{DropId, VariantId},
    tickets::Epoch,
};

/// What is known of a room without looking at its tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomHeader {
    /// Generation of the room's state.
    pub epoch: Epoch,
    /// Number of its last event.
    pub evn: u64,
    /// Whether it can be used.
    pub state: RoomState,
    /// Whether this run of the server is the one it was built on; if not, it must be rebuilt.
    pub trusted: bool,
    /// Limits and mode.
    pub config: RoomConfig,
    /// Until when only old tickets may come back, microseconds of Redis time; 0 for no grace.
    pub grace_until_us: i64,
    /// The time of Redis, microseconds.
    pub now_us: i64,
}

/// Whether a room can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomState {
    /// It can.
    Open,
    /// It is being rebuilt.
    Rebuilding,
}

/// Limits, mode and times of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomConfig {
    /// What the room may do.
    pub mode: DropMode,
    /// Admissions per second; fractions are allowed.
    pub admission_rate_per_second: f64,
    /// Admitted and unfinished tickets, at most.
    pub occupancy_cap: u32,
    /// Waiting tickets, at most.
    pub capacity: u32,
    /// From when on one may join, microseconds since 1970.
    pub opens_at_us: i64,
    /// Until when one may join and be admitted; `None` for no end.
    pub closes_at_us: Option<i64>,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: u32,
    /// What can be bought.
    pub variants: Vec<VariantId>,
    /// The operator's words for those who wait.
    pub message: Option<String>,
    /// Why the line ended, once it has.
    pub ended: Option<CloseReason>,
    /// `limits_version` of the drop's row; an older one never replaces a newer one.
    pub version: i64,
}

/// What [`Queue::configure`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// Whether the given version was stored; `false` if a newer one was there.
    pub applied: bool,
    /// Whether mode, rate, cap or message changed, which is an event.
    pub changed: bool,
}

impl Queue {
    /// Looks up a room; `None` if Redis has none of this drop.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn room(&self, drop_id: DropId) -> Result<Option<RoomHeader>, QueueError> {
        todo!()
    }

    /// Lists the drops that have a room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer.
    pub async fn rooms(&self) -> Result<Vec<DropId>, QueueError> {
        todo!()
    }

    /// Brings limits, mode and times to a room. A changed rate keeps the share of the bucket
    /// that is used. `ended` is not touched.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn configure(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        config: &RoomConfig,
    ) -> Result<ConfigChange, QueueError> {
        todo!()
    }

    /// Forgets a room whose drop is over and settled.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn remove_room(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        todo!()
    }
}
