//! What the order processor decided, brought back to the line.

use crate::{Queue, QueueError};
use shared::{
    ids::{DropId, TicketId, VariantId},
    lifecycle::TicketState,
    tickets::{Epoch, Score},
};

/// The stock of a variant as Postgres has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockFigure {
    /// The variant.
    pub variant_id: VariantId,
    /// Version of the row; an older one never replaces a newer one.
    pub version: i64,
    /// Units that nobody holds.
    pub available: u32,
    /// Units that are held.
    pub reserved: u32,
}

/// A ticket that has an order row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place in the order of its lane.
    pub score: Score,
    /// What the row says.
    pub outcome: SettleOutcome,
}

/// What an order row says of its ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettleOutcome {
    /// Its order goes on: units are held.
    Held,
    /// Its order is over.
    Ended(TicketState),
}

impl Queue {
    /// Takes tickets out of line wherever they stand, since Postgres has their rows, and sets
    /// the stock if it is newer. The figure must be read in the snapshot of the rows, or later.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn settle(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
        settlements: &[Settlement],
    ) -> Result<(), QueueError> {
        todo!()
    }

    /// Sets the stock if it is newer.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn update_stock(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
    ) -> Result<(), QueueError> {
        self.settle(drop_id, epoch, stock, &[]).await
    }

    /// Reads the stock as the line knows it.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn stock(&self, drop_id: DropId) -> Result<Vec<StockFigure>, QueueError> {
        todo!()
    }
}
