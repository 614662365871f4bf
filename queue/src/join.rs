//! The way in.

use crate::{Queue, QueueError, TicketPlace};
use shared::{
    drops::CloseReason,
    ids::{DropId, ShopperId, TicketId},
    messages::JoinedTicket,
    tickets::{Epoch, Intent, Lane},
};

/// Requests of one [`Queue::join`], at most.
pub const MAX_JOIN_BATCH: usize = 256;

/// A shopper who wants to stand in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// The id that the ticket gets if it is a new one.
    pub ticket_id: TicketId,
    /// Who.
    pub shopper_id: ShopperId,
    /// Where.
    pub lane: Lane,
    /// What for.
    pub intent: Intent,
}

/// What became of a batch of joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Joins {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event; with it everybody in the batch stands in line.
    pub evn: u64,
    /// One for each request, in their order.
    pub outcomes: Vec<JoinOutcome>,
}

/// What became of one join.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum JoinOutcome {
    /// A new ticket.
    Joined(JoinedTicket),
    /// The shopper's live ticket, and where it is.
    Existing(JoinedTicket, TicketPlace),
    /// Too early.
    NotOpenYet {
        /// From when on, microseconds since 1970.
        opens_at_us: i64,
    },
    /// Too late.
    Ended(CloseReason),
    /// An operator stopped the room.
    Stopped,
    /// As many wait as may.
    Full,
    /// After a rebuild only old tickets may come back for a moment.
    Grace {
        /// Until when, microseconds of Redis time.
        until_us: i64,
    },
}

impl Queue {
    /// Joins up to [`MAX_JOIN_BATCH`] shoppers in one step, which is one event. A shopper with
    /// a live ticket gets that one back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn join(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        requests: &[JoinRequest],
    ) -> Result<Joins, QueueError> {
        todo!()
    }
}
