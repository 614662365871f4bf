//! Tickets in flight: claimed in Redis until Postgres has their rows.

use crate::{AdmittedTicket, Queue, QueueError};
use shared::{
    ids::{DropId, TicketId},
    tickets::Epoch,
};
use std::time::Duration;

/// Where in `order-commands` a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Generation of the log.
    pub generation: i64,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
}

/// A ticket whose command Kafka has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Where its command stands.
    pub position: LogPosition,
}

/// A ticket in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lease {
    /// The ticket.
    pub ticket: AdmittedTicket,
    /// Until when, microseconds of Redis time.
    pub deadline_us: i64,
    /// Where its command stands, once Kafka has it.
    pub position: Option<LogPosition>,
}

impl Queue {
    /// Notes where the commands of tickets in flight stand, gives them `lease` from now on, and
    /// hints that they are being let in. Passes over tickets that are not in flight any more.
    /// Gives how many were.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn extend(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        extensions: &[Extension],
        lease: Duration,
    ) -> Result<u64, QueueError> {
        todo!()
    }

    /// Gives tickets in flight `lease` from now on, and changes nothing else.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn reextend(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[TicketId],
        lease: Duration,
    ) -> Result<u64, QueueError> {
        todo!()
    }

    /// Finds tickets past their lease, the oldest deadline first.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn expired_leases(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        limit: u32,
    ) -> Result<Vec<Lease>, QueueError> {
        todo!()
    }

    /// Lists all tickets in flight. Read in chunks, so not one instant.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn in_flight(&self, drop_id: DropId, epoch: Epoch) -> Result<Vec<Lease>, QueueError> {
        todo!()
    }
}
