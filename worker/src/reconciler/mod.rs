//! Finds what calls that were lost have left behind, and settles it.
//!
//! | file | holds |
//! |---|---|
//! | [`leases`] | tickets in flight past their lease |
//! | [`told`] | ends and stock that the line was not told of |
//!
//! Postgres is asked, Redis is brought in line with it. Nothing here decides anything.

pub mod leases;
pub mod told;

use crate::{app::App, ownership};
use database::selling::scheduling::EpochState;
use shared::{ids::DropId, shutdown::Shutdown};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs the role until the process stops.
pub async fn run(app: App, shutdown: Shutdown) {
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    ownership::run_owned(app, shutdown, "reconciler", keys, reconcile).await;
}

async fn reconcile(app: App, drop_id: DropId, stop: CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    while !stop.is_cancelled() {
        let Some(flash_drop) = app.drops.find(drop_id) else { return };
        // While the room is being built, the rebuild does the same and more.
        if flash_drop.epoch_state == EpochState::Open {
            if let Err(error) = leases::settle_expired(&app, &flash_drop).await {
                let error = format!("{error:#}");
                tracing::debug!(drop.id = %drop_id, error, "leases wait to be settled");
            }
            if let Err(error) = told::tell(&app, &flash_drop).await {
                let error = format!("{error:#}");
                tracing::debug!(drop.id = %drop_id, error, "the line waits to be told");
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(tick) => {}
        }
    }
}
