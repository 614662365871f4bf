//! Ends holds that ran out and orders of cancelled drops, and gives their units back.
//!
//! Any number of instances may sweep: each takes rows that no other has. Orders past the pivot
//! are never touched; money that was authorized for the others is let go by the payments role.

use crate::{app::App, causes::with_causes, line_updates::LineUpdater, pause::pause_point};
use database::{
    DatabaseError,
    ordering::{holds, orders::EndedOrder},
};
use shared::{lifecycle::TicketState, shutdown::Shutdown, telemetry::CounterName};
use std::time::Duration;
use tokio::time::sleep;

/// Orders ended in one transaction.
const BATCH: i64 = 500;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let (soft, updater) = (shutdown.soft(), LineUpdater::start(&app, &shutdown));
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    while !soft.is_cancelled() {
        if let Err(error) = sweep(&app, &updater).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not sweep; trying again at the next tick");
        }
        soft.run_until_cancelled(sleep(tick)).await;
    }
}

/// Ends everything that is due. May run at any time, twice, or on two hosts.
async fn sweep(app: &App, updater: &LineUpdater) -> Result<(), DatabaseError> {
    loop {
        let mut outcome = holds::expire_due(&app.pool, BATCH).await?;
        let cancelled = holds::cancel_of_cancelled_drops(&app.pool, BATCH).await?;
        outcome.ended.extend(cancelled.ended);
        outcome.stock.extend(cancelled.stock);
        let n_ended = outcome.ended.len();
        if n_ended == 0 {
            return Ok(());
        }
        pause_point!("sweeper.after_commit");
        let is_expired = |order: &&EndedOrder| order.state == TicketState::Expired;
        let n_expired = outcome.ended.iter().filter(is_expired).count();
        CounterName::HoldsExpired.get().increment(n_expired as u64);
        tracing::info!(
            n_ended,
            n_expired,
            "gave back the units of {n_ended} orders, {n_expired} of them expired"
        );
        updater.ended(outcome);
    }
}
