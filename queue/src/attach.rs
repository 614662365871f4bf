//! The way back of a valid ticket that Redis has lost.

use crate::{Queue, QueueError, TicketStatus};
use shared::{drops::CloseReason, ids::DropId, messages::JoinedTicket, tickets::Epoch};

/// What became of a batch of tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachments {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// One for each ticket, in their order.
    pub outcomes: Vec<AttachOutcome>,
}

/// What became of one ticket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttachOutcome {
    /// It stands at its own place again.
    Attached,
    /// Redis knew it: it waits, is past waiting, or is over.
    Known(TicketStatus),
    /// The account's other ticket stands further ahead, so this one is closed (replaced).
    Replaced(JoinedTicket),
    /// The account's other ticket is past waiting already; this one is not taken.
    Refused(JoinedTicket),
    /// The line is over.
    Ended(CloseReason),
    /// No ticket of this room can have such a score.
    Impossible,
}

impl Queue {
    /// Puts tickets back at their own score. Allowed in the grace after a rebuild too.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn attach(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<Attachments, QueueError> {
        todo!()
    }
}
