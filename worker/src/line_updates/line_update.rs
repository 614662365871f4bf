//! An update of one line.

use crate::{app::App, pause::pause_point};
use database::{ordering::orders, selling::scheduling::LiveDrop};
use shared::{
    ids::{TicketId, VariantId},
    line::{Finished, Settlement, StockFigure},
};
use std::collections::BTreeMap;

/// What one line has to be told.
#[derive(Debug, Default)]
pub(super) struct LineUpdate {
    pub(super) settlements: Vec<Settlement>,
    pub(super) finished: Vec<Finished>,
    /// The newest figure of each variant.
    pub(super) stock: BTreeMap<VariantId, StockFigure>,
}

impl LineUpdate {
    /// Tells the line. SETTLE comes before FINISH: a ticket may have ended since its row was
    /// written.
    pub(super) async fn send(self, app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let Self { settlements, mut finished, stock } = self;
        let stock: Vec<_> = stock.into_values().collect();
        if !settlements.is_empty() || finished.is_empty() {
            app.queue.settle(flash_drop.id, flash_drop.epoch, &stock, &settlements).await?;
            pause_point!("orders.after_settle");
        }
        finished.extend(settlements.iter().filter_map(Settlement::finished));
        if finished.is_empty() {
            return Ok(());
        }
        let told: Vec<_> = finished.iter().map(|finished| finished.ticket_id).collect();
        finish(app, flash_drop, &stock, &finished, &told).await
    }
}

/// Tells the line of ends, then notes in Postgres that it knows those of `told`.
pub(super) async fn finish(
    app: &App,
    flash_drop: &LiveDrop,
    stock: &[StockFigure],
    finished: &[Finished],
    told: &[TicketId],
) -> anyhow::Result<()> {
    app.queue.finish(flash_drop.id, flash_drop.epoch, stock, finished).await?;
    pause_point!("line.after_finish");
    Ok(orders::mark_line_told(&app.pool, told).await?)
}
