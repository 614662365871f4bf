//! The way out.

use crate::{Queue, QueueError, TicketStatus};
use shared::{
    ids::{DropId, TicketId},
    tickets::{Epoch, Score},
};

/// What became of a leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// It is out of line, now or before.
    Left {
        /// Number of the room's last event.
        evn: u64,
    },
    /// It does not wait, so it cannot leave.
    Refused(TicketStatus),
}

impl Queue {
    /// Takes a waiting ticket out of line by its shopper's will.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn leave(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        ticket_id: TicketId,
        score: Score,
    ) -> Result<LeaveOutcome, QueueError> {
        todo!()
    }
}
