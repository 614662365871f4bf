//! The end of a line.

use crate::{Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    drops::CloseReason,
    ids::DropId,
    line::{CloseProgress, Epoch},
};

static END: LineScript = LineScript::open("end", include_str!("../lua/end.lua"));
static CLOSE: LineScript = LineScript::open("close waiting", include_str!("../lua/close.lua"));

/// Tickets closed by one call, at most.
const MAX_BATCH: u32 = 1000;

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
        let args = [epoch.to_string(), reason.to_string()];
        let in_force: String = self.run(&END, drop_id, &args).await?;
        Reader(END.operation).value(&in_force)
    }

    /// Closes up to `limit` of those who wait, the first in line first.
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
        let limit = limit.clamp(1, MAX_BATCH);
        let args = [epoch.to_string(), reason.to_string(), limit.to_string(), lane_names()];
        let reply: Vec<String> = self.run(&CLOSE, drop_id, &args).await?;
        let read = Reader(CLOSE.operation);
        let [evn, closed, remaining] = reply.as_slice() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(CloseProgress {
            evn: read.value(evn)?,
            closed: read.value(closed)?,
            remaining: read.value(remaining)?,
        })
    }
}
