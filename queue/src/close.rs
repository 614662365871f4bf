//! The end of a line.

use crate::{Queue, QueueError};
use shared::{drops::CloseReason, ids::DropId, tickets::Epoch};

/// How far the closing of those who wait has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseProgress {
    /// Number of the room's last event.
    pub evn: u64,
    /// Tickets closed by this call.
    pub closed: u64,
    /// Tickets still waiting.
    pub remaining: u64,
}

impl Queue {
    /// Ends a line: joins and admissions are refused from now on. The first reason stays;
    /// gives the one in force.
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
        todo!()
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
        todo!()
    }
}
