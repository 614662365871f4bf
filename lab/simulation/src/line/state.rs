//! A room's generation, and where a ticket is or how it ended.

use shared::line::{Epoch, JoinedTicket, LiveState, LogPosition, TicketKey};

/// A room's generation and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelRoom {
    /// Generation of the room's state.
    pub epoch: Epoch,
    /// Whether it was built on this run of the server.
    pub trusted: bool,
    /// Whether it is open, rather than being rebuilt.
    pub open: bool,
    /// Number of its last event.
    pub evn: u64,
    /// Until when only earlier tickets may come back; 0 for no grace.
    pub grace_until_us: i64,
}

/// A live ticket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelTicket {
    /// What finds it.
    pub key: TicketKey,
    /// The ticket as it joined, where the room knows it.
    pub joined: Option<JoinedTicket>,
    /// Where it is.
    pub state: ModelState,
}

/// Where a live ticket is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ModelState {
    /// In line.
    Waiting,
    /// Absent near the front; keeps its score.
    Missed,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// When its lease runs out.
        deadline_us: i64,
        /// Where its command is, once Kafka has it.
        position: Option<LogPosition>,
        /// When it was let in.
        admitted_at_us: i64,
    },
    /// Its order is in progress.
    Held,
}

/// How a ticket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelEnd {
    /// Its shopper left.
    Left,
    /// Closed before its turn.
    Closed,
    /// Its order is over.
    Ordered,
}

impl ModelState {
    /// Whether it stands in line, or keeps a place there.
    pub(super) const fn is_in_line(self) -> bool {
        matches!(self, Self::Waiting | Self::Missed)
    }

    /// Returns where a live ticket is.
    pub(super) const fn live(self) -> LiveState {
        match self {
            Self::Waiting | Self::Missed => LiveState::Waiting,
            Self::InFlight { position, .. } => LiveState::InFlight { extended: position.is_some() },
            Self::Held => LiveState::Held,
        }
    }
}

impl ModelEnd {
    /// Reads the lowest two bits; `None` for a live or unknown ticket.
    pub(super) const fn of_bits(bits: u8) -> Option<Self> {
        match bits & 3 {
            1 => Some(Self::Left),
            2 => Some(Self::Closed),
            3 => Some(Self::Ordered),
            _ => None,
        }
    }
}
