//! The end of an order frees its slot of the occupancy.

use crate::{Queue, QueueError};
use shared::{
    ids::DropId,
    line::{Epoch, Finished, Settlement, StockFigure},
};

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
        let settlements: Vec<_> = finished.iter().copied().map(Settlement::from).collect();
        self.settle(drop_id, epoch, stock, &settlements).await
    }
}
