//! Finds what lost calls have left behind, and settles it.
//!
//! Tickets in flight past their lease are settled here (`leases`); what lines were not told is sent
//! by `line_updates`, for all drops at once and without waiting for any lease.
//!
//! Postgres is asked, Redis is brought in line with it. Nothing here decides anything.

mod leases;

use crate::{app::App, causes::with_causes, line_updates::UntoldSender, ownership};
use database::selling::scheduling::{EpochState, LiveDrop};
use shared::{ids::DropId, shutdown::Shutdown};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often it is looked for what lines were not told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody is in flight, at least.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// Settles what is in flight past its lease, until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    ownership::run_owned(app, shutdown, "reconciler", keys, reconcile).await;
}

/// Tells lines what they were not told, until the process stops.
///
/// Every instance looks, so that one that is frozen holds up nobody; telling twice is harmless.
pub(crate) async fn tell_untold(app: App, shutdown: Shutdown) {
    let (soft, mut sender) = (shutdown.soft(), UntoldSender::new(app));
    while soft.run_until_cancelled(sleep(TELL_EVERY)).await.is_some() {
        if let Err(error) = sender.send().await {
            let error = with_causes(error);
            tracing::debug!(error, "could not look for what lines were not told; trying again");
        }
    }
}

async fn reconcile(app: App, drop_id: DropId, stop: CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    // Whoever is let in is seen before the lease is over.
    let idle = (app.settings.line.lease() / 2).min(LOOK_EVERY).max(tick);
    while !stop.is_cancelled() {
        let Some(flash_drop) = app.drops.find(drop_id) else { return };
        let pause = match look_at(&app, &flash_drop).await {
            Ok(true) => tick,
            Ok(false) => idle,
            Err(error) => {
                let error = with_causes(error);
                tracing::debug!(
                    drop.id = %drop_id, error,
                    "could not settle the leases of drop {drop_id}; trying again"
                );
                PAUSE
            }
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

/// Returns whether anybody is in flight; only then there are leases to look at.
async fn look_at(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<bool> {
    // While the room is being built, the rebuild does the same and more.
    if flash_drop.epoch_state != EpochState::Open {
        return Ok(false);
    }
    let counts = app.queue.counts(flash_drop.id, flash_drop.epoch).await?;
    if counts.in_flight > 0 {
        leases::settle_expired(app, flash_drop).await?;
    }
    Ok(counts.in_flight > 0)
}
