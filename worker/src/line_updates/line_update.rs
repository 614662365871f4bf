//! An update of one line.

use crate::{app::App, causes::with_causes, pause::pause_point};
use database::selling::scheduling::LiveDrop;
use queue::Hint;
use shared::{
    ids::{TicketId, VariantId},
    lifecycle::TicketState,
    line::{Finished, Settlement, StockFigure},
};
use std::collections::BTreeMap;

/// Tickets told in one call: a script's work is bounded.
const CHUNK: usize = 500;

/// What one line has to be told.
#[derive(Debug, Default)]
pub(super) struct LineUpdate {
    pub(super) settlements: Vec<Settlement>,
    pub(super) finished: Vec<Finished>,
    /// Those whose order is reserved again, which changes nothing in the line.
    pub(super) again: Vec<TicketId>,
    /// The newest figure of each variant.
    pub(super) stock: BTreeMap<VariantId, StockFigure>,
}

impl LineUpdate {
    /// Notes a figure, unless a newer one is known.
    pub(super) fn note_stock(&mut self, figure: StockFigure) {
        let newest = self.stock.entry(figure.variant_id).or_insert(figure);
        if newest.version < figure.version {
            *newest = figure;
        }
    }

    /// Tells the line. SETTLE comes before FINISH: a ticket may have ended since its row was
    /// written.
    pub(super) async fn send(self, app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let Self { settlements, mut finished, again, stock } = self;
        let stock: Vec<_> = stock.into_values().collect();
        if !settlements.is_empty() || (finished.is_empty() && !stock.is_empty()) {
            settle(app, flash_drop, &stock, &settlements).await?;
            pause_point!("orders.after_settle");
        }
        finished.extend(settlements.iter().filter_map(Settlement::finished));
        if !finished.is_empty() {
            finish(app, flash_drop, &stock, &finished).await?;
            pause_point!("line.after_finish");
        }
        hint(app, flash_drop, &again).await;
        Ok(())
    }
}

async fn settle(
    app: &App,
    flash_drop: &LiveDrop,
    stock: &[StockFigure],
    settlements: &[Settlement],
) -> anyhow::Result<()> {
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    if settlements.is_empty() {
        app.queue.update_stock(id, epoch, stock).await?;
    }
    for chunk in settlements.chunks(CHUNK) {
        app.queue.settle(id, epoch, stock, chunk).await?;
    }
    Ok(())
}

async fn finish(
    app: &App,
    flash_drop: &LiveDrop,
    stock: &[StockFigure],
    finished: &[Finished],
) -> anyhow::Result<()> {
    for chunk in finished.chunks(CHUNK) {
        app.queue.finish(flash_drop.id, flash_drop.epoch, stock, chunk).await?;
    }
    Ok(())
}

/// Tells shoppers that another card may be tried. A hint may get lost: they read their orders now
/// and then anyway.
async fn hint(app: &App, flash_drop: &LiveDrop, again: &[TicketId]) {
    for chunk in again.chunks(CHUNK) {
        let hints: Vec<_> =
            chunk.iter().map(|id| (*id, Hint::Order(TicketState::Reserved))).collect();
        if let Err(error) = app.queue.publish_hints(flash_drop.id, &hints).await {
            let (id, n_orders, error) = (flash_drop.id, chunk.len(), with_causes(error));
            tracing::debug!(
                drop.id = %id, n_orders, error,
                "could not tell that {n_orders} orders of drop {id} are reserved again"
            );
        }
    }
}
