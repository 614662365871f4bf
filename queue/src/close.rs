//! The end of a line.

use crate::{Queue, QueueError, args::Args, script::LineScript, wire::Reader};
use shared::{
    drops::CloseReason,
    ids::DropId,
    line::{CloseProgress, Epoch},
};

static END: LineScript = LineScript::open("end", include_str!("../lua/end.lua"));
static CLOSE: LineScript = LineScript::open(
    "close waiting",
    concat!(include_str!("../lua/fronts.lua"), include_str!("../lua/close.lua")),
);

/// Tickets closed by one call, at most.
const MAX_BATCH: u32 = 500;

impl Queue {
    /// Ends a line: joins and admissions are refused from now on. The first reason stays; returns
    /// the one in force.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn end(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        reason: CloseReason,
    ) -> Result<CloseReason, QueueError> {
        let in_force: String = self.run(&END, drop_id, epoch, &Args::none().text(reason)).await?;
        Reader(END.operation).value(&in_force)
    }

    /// Closes up to `limit` of those who wait, at most 500, the first in line first.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn close_waiting(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        reason: CloseReason,
        limit: u32,
    ) -> Result<CloseProgress, QueueError> {
        let args = Args::none().text(reason).text(limit.clamp(1, MAX_BATCH)).text("");
        self.close(drop_id, epoch, &args).await
    }

    /// Closes up to `limit` of those who wait and have this queue number or a lower one, at most 500, the
    /// first in line first. Those behind one with a higher number stay; of a room whose numbers go on
    /// from epoch to epoch, only a ticket that Redis had lost can stand there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn close_up_to(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        reason: CloseReason,
        number: u64,
        limit: u32,
    ) -> Result<CloseProgress, QueueError> {
        let args = Args::none().text(reason).text(limit.clamp(1, MAX_BATCH)).text(number);
        self.close(drop_id, epoch, &args).await
    }

    async fn close(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        args: &Args,
    ) -> Result<CloseProgress, QueueError> {
        let (evn, closed, remaining) = self.run(&CLOSE, drop_id, epoch, args).await?;
        Ok(CloseProgress { evn, closed, remaining })
    }
}
