//! What the order processor decided, brought back to the line.

use crate::{
    DropKeys, Queue, QueueError,
    script::LineScript,
    wire::{Reader, push_stock},
};
use shared::{
    ids::DropId,
    line::{Epoch, SettleOutcome, Settlement, StockFigure},
};

static SETTLE: LineScript = LineScript::open("settle", include_str!("../lua/settle.lua"));

impl Queue {
    /// Takes tickets out of line wherever they are, since Postgres has their rows, and sets the
    /// stock if it is newer. The figure must be read in the same snapshot as the rows, or later.
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
        let mut args = vec![epoch.to_string()];
        push_stock(&mut args, stock);
        for settlement in settlements {
            args.push(settlement.ticket_id.to_string());
            args.push(settlement.score.raw().to_string());
            args.push(match settlement.outcome {
                SettleOutcome::Held => "held".to_owned(),
                SettleOutcome::Ended(state) => state.to_string(),
            });
        }
        self.run::<String>(&SETTLE, drop_id, args).await.map(drop)
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
        let read = Reader("stock");
        let mut command = redis::cmd("HGETALL");
        command.arg(DropKeys::new(drop_id).named("stock"));
        let rows: Vec<(String, String)> = self.command(read.0, &command).await?;
        let figure = |(variant, figure): &(String, String)| {
            let mut parts = figure.split('|');
            Ok(StockFigure {
                variant_id: read.value(variant)?,
                version: read.next(&mut parts)?,
                available: read.next(&mut parts)?,
                reserved: read.next(&mut parts)?,
            })
        };
        rows.iter().map(figure).collect()
    }
}
