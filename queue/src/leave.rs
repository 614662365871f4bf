//! The way out.

use crate::{Queue, QueueError, TicketStatus, script::LineScript, wire::Reader};
use shared::{
    ids::{DropId, TicketId},
    tickets::{Epoch, Score},
};

static LEAVE: LineScript = LineScript::open("leave", include_str!("../lua/leave.lua"));

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
        let args = [epoch.to_string(), ticket_id.to_string(), score.raw().to_string()];
        let reply: Vec<String> = self.run(&LEAVE, drop_id, &args).await?;
        let read = Reader(LEAVE.operation);
        let [_at_us, evn, standing] = reply.as_slice() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(match read.status(standing)? {
            TicketStatus::Left => LeaveOutcome::Left { evn: read.value(evn)? },
            other => LeaveOutcome::Refused(other),
        })
    }
}
