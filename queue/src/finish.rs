//! The end of an order frees its place.

use crate::{Queue, QueueError, SettleOutcome, Settlement, StockFigure};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
    tickets::{Epoch, Score},
};

/// A ticket whose order is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its place in the order of its lane.
    pub score: Score,
    /// How it ended.
    pub state: TicketState,
}

impl Queue {
    /// Frees the occupancy and the accounts of finished tickets, and sets the stock if it is
    /// newer.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn finish(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
        finished: &[Finished],
    ) -> Result<(), QueueError> {
        let settlements: Vec<_> = finished
            .iter()
            .map(|one| Settlement {
                ticket_id: one.ticket_id,
                score: one.score,
                outcome: SettleOutcome::Ended(one.state),
            })
            .collect();
        self.settle(drop_id, epoch, stock, &settlements).await
    }
}
