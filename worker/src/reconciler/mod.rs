//! Finds what lost calls have left behind, and settles it.
//!
//! Tickets in flight past their lease are settled here (`leases`); ends and stock that the line was
//! not told of are sent by `line_updates`.
//!
//! Postgres is asked, Redis is brought in line with it. Nothing here decides anything.

mod leases;

use crate::{app::App, causes::with_causes, line_updates, ownership};
use database::selling::scheduling::EpochState;
use shared::{ids::DropId, shutdown::Shutdown};
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
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
                let error = with_causes(error);
                tracing::debug!(
                    drop.id = %drop_id, error,
                    "could not settle the leases of drop {drop_id}; trying again"
                );
            }
            if let Err(error) = line_updates::send_missed(&app, &flash_drop).await {
                let error = with_causes(error);
                tracing::debug!(
                    drop.id = %drop_id, error,
                    "could not send missed updates to the line of drop {drop_id}; trying again"
                );
            }
        }
        stop.run_until_cancelled(sleep(tick)).await;
    }
}
