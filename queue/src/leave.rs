//! The way out.

use crate::{Queue, QueueError, script::LineScript, wire::Reader};
use shared::{
    ids::{DropId, TicketId},
    line::{Epoch, LeaveOutcome, LineState, Score},
};

static LEAVE: LineScript = LineScript::open("leave", include_str!("../lua/leave.lua"));

impl Queue {
    /// Takes a waiting ticket out of line at its shopper's request.
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
            LineState::Left => LeaveOutcome::Left { evn: read.value(evn)? },
            other => LeaveOutcome::Refused(other),
        })
    }
}
