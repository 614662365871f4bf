//! An update of one line.

use crate::{app::App, causes::with_causes, cool_downs::cool_down, pause::pause_point};
use database::selling::scheduling::LiveDrop;
use jiff::Timestamp;
use queue::Hint;
use shared::{
    ids::{ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{Finished, Settlement, StockFigure},
};
use std::collections::BTreeMap;

/// Hints of one message.
const CHUNK: usize = 500;

/// What one line has to be told.
#[derive(Debug, Default)]
pub(super) struct LineUpdate {
    pub(super) settlements: Vec<Settlement>,
    pub(super) finished: Vec<Finished>,
    /// Those whose hold ran out, and when it did.
    pub(super) ran_out: Vec<(ShopperId, Timestamp)>,
    /// Those whose order is reserved again, which changes nothing in the line.
    pub(super) again: Vec<TicketId>,
    /// The newest figure of each variant.
    pub(super) stock: BTreeMap<VariantId, StockFigure>,
}

impl LineUpdate {
    /// Notes an order that came to its end.
    pub(super) fn note_end(&mut self, ended: Finished, at: Timestamp) {
        if ended.state == TicketState::Expired {
            self.ran_out.push((ended.ticket.shopper_id, at));
        }
        self.finished.push(ended);
    }

    /// Notes a figure, unless a newer one is known.
    pub(super) fn note_stock(&mut self, figure: StockFigure) {
        let newest = self.stock.entry(figure.variant_id).or_insert(figure);
        if newest.version < figure.version {
            *newest = figure;
        }
    }

    /// Tells the line. Who has to cool down comes first: before FINISH they still have a ticket, and
    /// cannot join with another one. SETTLE comes before FINISH: a ticket may have ended since its row
    /// was written.
    pub(super) async fn send(self, app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
        let Self { settlements, mut finished, ran_out, again, stock } = self;
        let stock: Vec<_> = stock.into_values().collect();
        let (queue, id, epoch) = (&app.queue, flash_drop.id, flash_drop.epoch);
        let cool_downs = ran_out
            .into_iter()
            .filter_map(|(shopper_id, at)| cool_down(flash_drop, shopper_id, at));
        queue.cool(id, epoch, &cool_downs.collect::<Vec<_>>()).await?;
        if !settlements.is_empty() {
            queue.settle(id, epoch, &stock, &settlements).await?;
            pause_point!("orders.after_settle");
        } else if finished.is_empty() && !stock.is_empty() {
            queue.update_stock(id, epoch, &stock).await?;
        }
        finished.extend(settlements.iter().filter_map(Settlement::finished));
        if !finished.is_empty() {
            queue.finish(id, epoch, &stock, &finished).await?;
            pause_point!("line.after_finish");
        }
        hint(app, flash_drop, &again).await;
        Ok(())
    }
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
