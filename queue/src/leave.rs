//! The way out.

use crate::{Queue, QueueError, args::Args, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{Epoch, LeaveOutcome, LineState, TicketKey},
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
        ticket: TicketKey,
    ) -> Result<LeaveOutcome, QueueError> {
        let mut args = Args::none();
        args.push_key(&ticket);
        let (evn, standing): (u64, String) = self.run(&LEAVE, drop_id, epoch, &args).await?;
        Ok(match Reader(LEAVE.operation).status(&standing)? {
            LineState::Left => LeaveOutcome::Left { evn },
            other => LeaveOutcome::Refused(other),
        })
    }
}
