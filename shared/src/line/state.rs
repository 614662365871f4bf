//! Where a ticket is, as Redis knows it and as a shopper is told.

use crate::{drops::CloseReason, text_enum};

/// Where a live ticket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// In line.
    Waiting,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order is in progress.
    Held,
}

/// Where a ticket is, the ended and the unknown ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// In line.
    Waiting,
    /// Was absent near the front; stands at its own score again when it returns.
    Missed,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order is in progress.
    Held,
    /// Its order is over.
    Finished,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Its shopper left.
    Left,
    /// Redis doesn't know it; a valid ticket can be attached.
    Unknown,
}

text_enum! {
    /// Where a ticket is, as its shopper is told.
    ShownState {
        /// In line, or let in while its command is still on the way to Kafka.
        Waiting = "waiting",
        /// Being let in: Kafka has the order command.
        Admitting = "admitting",
        /// Its order is in progress: the storefront has it.
        Held = "held",
        /// Its order is over: the storefront knows how it ended.
        Finished = "finished",
        /// Closed before its turn.
        Closed = "closed",
        /// The shopper left.
        Left = "left",
    }
}

/// A ticket's position among those who want the same variant in the same lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// People ahead + 1.
    pub position: u64,
    /// People waiting for the variant in the lane.
    pub waiting: u64,
    /// Number of the last room event that it takes into account.
    pub evn: u64,
}

impl LiveState {
    /// Returns what the shopper is told: only what can't be taken back.
    #[must_use]
    pub const fn shown(self) -> ShownState {
        match self {
            Self::Waiting | Self::InFlight { extended: false } => ShownState::Waiting,
            Self::InFlight { extended: true } => ShownState::Admitting,
            Self::Held => ShownState::Held,
        }
    }
}

impl From<LiveState> for LineState {
    fn from(live: LiveState) -> Self {
        match live {
            LiveState::Waiting => Self::Waiting,
            LiveState::InFlight { extended } => Self::InFlight { extended },
            LiveState::Held => Self::Held,
        }
    }
}
