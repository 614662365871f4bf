//! Ends of orders and stock that the line was not told of: the call was lost, or the room was
//! being built.

use crate::{app::App, room_config::stock_figures};
use database::{
    line::epochs, ordering::inventory, ordering::orders, selling::scheduling::LiveDrop,
};
use queue::Finished;
use shared::{ids::TicketId, tickets::Score};

/// Ends told in one step.
const BATCH: i64 = 500;

/// Tells the line what it missed. May run at any time.
///
/// # Errors
///
/// Returns what failed; the next look goes on.
pub async fn tell(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<()> {
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    let ends = epochs::untold_ends(&app.pool, id, BATCH).await?;
    let stock = stock_figures(&inventory::figures(&app.pool, id).await?);
    if ends.is_empty() {
        // Only what is newer has an effect there; the call is spared when nothing is.
        let known = app.queue.stock(id).await?;
        let version = |variant_id| {
            known.iter().find(|figure| figure.variant_id == variant_id).map(|figure| figure.version)
        };
        if stock.iter().any(|figure| version(figure.variant_id) < Some(figure.version)) {
            app.queue.update_stock(id, epoch, &stock).await?;
        }
        return Ok(());
    }
    let finished: Vec<_> = ends
        .iter()
        .filter_map(|(ticket_id, score, state)| {
            // A score that no ticket can have was never in line.
            let score = Score::from_raw(*score)?;
            Some(Finished { ticket_id: *ticket_id, score, state: *state })
        })
        .collect();
    app.queue.finish(id, epoch, &stock, &finished).await?;
    let told: Vec<TicketId> = ends.iter().map(|(ticket_id, ..)| *ticket_id).collect();
    orders::mark_line_told(&app.pool, &told).await?;
    Ok(())
}
