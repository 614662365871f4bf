//! Planned changes of limits: at a time, slowly, or both. What is due is worked out from the time, so a
//! worker that takes over goes on where the plan is by now.

use crate::{app::App, causes::with_causes};
use database::{DatabaseError, selling::drops};
use shared::ids::DropId;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Carries plans out until told to stop.
pub(super) async fn run(app: &App, stop: &CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    while !stop.is_cancelled() {
        if let Err(error) = take_due_steps(app).await {
            let error = with_causes(error);
            tracing::warn!(
                error,
                "could not look for planned limits; trying again at the next tick"
            );
        }
        stop.run_until_cancelled(sleep(tick)).await;
    }
}

/// Takes every step that is due. May run at any time, twice, or on two hosts.
async fn take_due_steps(app: &App) -> Result<(), DatabaseError> {
    for drop_id in drops::due_limit_plans(&app.pool).await? {
        take_step(app, drop_id).await;
    }
    Ok(())
}

/// Takes the step of one drop. One that fails holds up no other drop's.
async fn take_step(app: &App, drop_id: DropId) {
    match drops::step_limit_plan(&app.pool, drop_id).await {
        Ok(Some(new)) => {
            let limits = new.limits;
            tracing::debug!(drop.id = %drop_id, %limits, "moved drop {drop_id} to {limits}");
        }
        Ok(None) => {}
        Err(error) => {
            let error = with_causes(error);
            tracing::warn!(drop.id = %drop_id, error, "could not move the limits of drop {drop_id}");
        }
    }
}
