//! Where a ticket stands.

use crate::{Queue, QueueError};
use shared::{
    drops::CloseReason,
    ids::{DropId, ShopperId, TicketId},
    messages::JoinedTicket,
    tickets::{Epoch, Lane, Score},
};

/// Where a live ticket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketPlace {
    /// In line.
    Waiting,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order goes on.
    Occupied,
}

/// What Redis knows of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketStatus {
    /// In line.
    Waiting,
    /// Was absent near the front.
    Missed,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order goes on.
    Held,
    /// Its order is over.
    Finished,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Went away by its own will.
    Left,
    /// Redis does not know it; a valid one can be attached.
    Unknown,
}

/// A ticket's place in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// People ahead + 1.
    pub place: u64,
    /// People of the lane who wait.
    pub waiting: u64,
    /// Number of the room's last event.
    pub evn: u64,
}

impl Queue {
    /// Tells where tickets stand, in their order.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn status(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[(TicketId, Score)],
    ) -> Result<Vec<TicketStatus>, QueueError> {
        todo!()
    }

    /// Finds the live ticket of a shopper.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn find_by_account(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        shopper_id: ShopperId,
    ) -> Result<Option<(JoinedTicket, TicketPlace)>, QueueError> {
        todo!()
    }

    /// Counts who stands ahead. For tests and tools; instances keep a replica instead.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn place(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lane: Lane,
        score: Score,
    ) -> Result<Place, QueueError> {
        todo!()
    }
}
