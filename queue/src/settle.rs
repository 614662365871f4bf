//! What the order processor decided, brought back to the line.

use crate::{
    DropKeys, Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::DropId,
    line::{Epoch, SettleOutcome, Settlement, StockFigure},
};

static SETTLE: LineScript = LineScript::open("settle", include_str!("../lua/settle.lua"));

/// Tickets of one call: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

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
        // The figure goes first: until the last chunk is there, some units count twice, which lets in
        // too few. The other way round they would not count at all.
        let (first, rest) = settlements.split_at(settlements.len().min(CHUNK));
        self.settle_chunk(drop_id, epoch, stock, first).await?;
        for chunk in rest.chunks(CHUNK) {
            self.settle_chunk(drop_id, epoch, &[], chunk).await?;
        }
        Ok(())
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
        let rows: Vec<(Vec<u8>, String)> = self.command(read.0, &command).await?;
        let figure = |(variant, figure): &(Vec<u8>, String)| {
            let mut parts = figure.split('|');
            Ok(StockFigure {
                variant_id: read.id(variant)?,
                version: read.next(&mut parts)?,
                available: read.next(&mut parts)?,
                reserved: read.next(&mut parts)?,
            })
        };
        rows.iter().map(figure).collect()
    }

    async fn settle_chunk(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        stock: &[StockFigure],
        settlements: &[Settlement],
    ) -> Result<(), QueueError> {
        let mut args = Args::none().text(stock.len());
        for figure in stock {
            args.push(*figure.variant_id.as_bytes());
            args.push_text(figure.version);
            args.push_text(args::figure(figure));
        }
        for Settlement { ticket, outcome } in settlements {
            args.push_key(ticket);
            match outcome {
                SettleOutcome::Held => args.push_text("held"),
                SettleOutcome::Ended(state) => args.push_text(state),
            }
        }
        self.run(&SETTLE, drop_id, epoch, &args).await
    }
}
