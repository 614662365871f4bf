//! Ends holds that ran out and orders of cancelled drops, and gives their units back.
//!
//! Any number of instances may sweep: each takes rows that no other has. Orders past the pivot
//! are never touched; money that was authorized for the others is let go by the payments role.

use crate::{app::App, line_updates::LineUpdater, pause_point};
use database::{DatabaseError, ordering::holds};
use shared::{lifecycle::TicketState, shutdown::Shutdown, telemetry::CounterName};
use std::time::Duration;

/// Orders ended in one transaction.
const BATCH: i64 = 500;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let (soft, teller) = (shutdown.soft(), LineUpdater::start(&app, &shutdown));
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    while !soft.is_cancelled() {
        if let Err(error) = sweep(&app, &teller).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "could not sweep; trying again at the next tick");
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = tokio::time::sleep(tick) => {}
        }
    }
}

/// Ends everything that is due. May run at any time, twice, or on two hosts.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; what is left is due again.
pub async fn sweep(app: &App, teller: &LineUpdater) -> Result<usize, DatabaseError> {
    let mut n_swept = 0;
    loop {
        let mut outcome = holds::expire_due(&app.pool, BATCH).await?;
        let cancelled = holds::cancel_of_cancelled_drops(&app.pool, BATCH).await?;
        outcome.ended.extend(cancelled.ended);
        outcome.stock.extend(cancelled.stock);
        pause_point!("sweeper.after_commit");
        let n_ended = outcome.ended.len();
        if n_ended == 0 {
            return Ok(n_swept);
        }
        let is_expired =
            |order: &&database::ordering::orders::EndedOrder| order.state == TicketState::Expired;
        let n_expired = outcome.ended.iter().filter(is_expired).count();
        CounterName::HoldsExpired.get().increment(n_expired as u64);
        tracing::info!(n_expired, "gave back the units of {n_ended} orders, {n_expired} expired");
        teller.ended(outcome);
        n_swept += n_ended;
    }
}
