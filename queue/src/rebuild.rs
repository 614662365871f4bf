//! The steps that bring a lost line back, each of its own; the order is the caller's.
//!
//! `begin` needs a greater epoch than the stored one, every later step needs its own epoch and a
//! room that is being rebuilt. Each step can be repeated.

use crate::{LogPosition, Queue, QueueError, RoomConfig, StockFigure, StoredEvent};
use shared::{
    drops::CloseReason,
    ids::{DropId, TicketId},
    messages::{ChainHash, EventPoint, JoinedTicket},
    tickets::{Epoch, Score},
};
use std::time::Duration;

/// A ticket that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoredTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place in the order of its lane.
    pub score: Score,
    /// How it ended.
    pub end: RestoredEnd,
}

/// How a ticket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoredEnd {
    /// Went away.
    Left,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Its order is over.
    Ordered,
}

/// A ticket whose command waits in the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestoredInFlight {
    /// The ticket.
    pub ticket: JoinedTicket,
    /// When it was let in, microseconds.
    pub admitted_at_us: i64,
    /// Where its command stands.
    pub position: LogPosition,
}

/// The event that an epoch follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follows {
    /// Which.
    pub point: EventPoint,
    /// Its hash.
    pub hash: ChainHash,
}

impl Queue {
    /// Tells the last event that Redis had for this drop, whatever became of its room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn survived(&self, drop_id: DropId) -> Result<Option<EventPoint>, QueueError> {
        todo!()
    }

    /// Begins a rebuild, or a drop's first room: from now on every script of older epochs is
    /// refused. What survived stays.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError::Epoch`] if the stored epoch is not lower.
    pub async fn begin(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        todo!()
    }

    /// Forgets what survived, events included, when the line is to be filled from the log alone.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn clear(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        todo!()
    }

    /// Applies logged events that Redis does not have, in their order. Admissions are not
    /// applied: who was admitted is told by rows and commands, and waits if neither is there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn replay(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        events: &[StoredEvent],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Puts tickets in line that are neither past waiting nor over.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_waiting(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Takes tickets that are over out of wherever they stand.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_finished(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[RestoredTicket],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Notes tickets whose orders go on: out of line, occupying.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_occupied(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Notes tickets whose commands wait in the log: out of line, in flight for `lease`.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_in_flight(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[RestoredInFlight],
        lease: Duration,
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Sets the stock, whatever was there.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn restore_stock(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Opens the room: empty bucket, first event of the epoch, and for `grace` only old tickets
    /// may come back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn open(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        config: &RoomConfig,
        follows: Option<Follows>,
        grace: Duration,
    ) -> Result<(), QueueError> {
        todo!()
    }
}
