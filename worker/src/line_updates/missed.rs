//! Ends of orders and stock that the line was not told of: the call was lost, the queue was full,
//! or the room was being built.

use super::line_update::finish;
use crate::app::App;
use database::{line::epochs, ordering::inventory, selling::scheduling::LiveDrop};
use shared::line::{Finished, Score, StockFigure};

/// Ends told in one step.
const BATCH: i64 = 500;

/// Tells the line what it missed. May run at any time; after a failure the next run goes on.
pub(crate) async fn send_missed(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
    let ends = epochs::untold_ends(&app.pool, flash_drop.id, BATCH).await?;
    let stock = inventory::figures(&app.pool, flash_drop.id).await?;
    if ends.is_empty() {
        return update_stock(app, flash_drop, &stock).await;
    }
    let told: Vec<_> = ends.iter().map(|(ticket_id, ..)| *ticket_id).collect();
    let finished: Vec<_> = ends
        .into_iter()
        .filter_map(|(ticket_id, score, state)| {
            // A score that no ticket can have was never in line.
            Some(Finished { ticket_id, score: Score::from_raw(score)?, state })
        })
        .collect();
    finish(app, flash_drop, &stock, &finished, &told).await
}

/// Only newer figures have an effect in Redis; the call is spared when there are none.
async fn update_stock(
    app: &App,
    flash_drop: &LiveDrop,
    stock: &[StockFigure],
) -> anyhow::Result<()> {
    let known = app.queue.stock(flash_drop.id).await?;
    let version = |variant_id| {
        known.iter().find(|figure| figure.variant_id == variant_id).map(|figure| figure.version)
    };
    if stock.iter().any(|figure| version(figure.variant_id) < Some(figure.version)) {
        app.queue.update_stock(flash_drop.id, flash_drop.epoch, stock).await?;
    }
    Ok(())
}
