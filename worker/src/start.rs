//! The start: waits for the servers, then runs a task per role.

use crate::{
    admin,
    app::App,
    causes::with_causes,
    drain, event_log, heartbeat, live_drops, orders, payments, reconciler, relay,
    roles::{Role, Roles},
    scheduler, sweeper,
};
use anyhow::Context as _;
use backon::{ConstantBuilder, Retryable as _};
use edge::health::Readiness;
use shared::shutdown::Shutdown;
use std::time::Duration;

/// How the servers are waited for: two minutes, then the process gives up and lets its supervisor
/// see it.
const PATIENCE: ConstantBuilder =
    ConstantBuilder::new().with_delay(Duration::from_millis(500)).with_max_times(239);
/// One failure in so many is logged.
const LOG_EVERY: u32 = 10;

/// Starts the roles once every server has answered; ends the process when one stays away.
pub(crate) async fn when_ready(app: App, roles: Roles, readiness: Readiness, shutdown: Shutdown) {
    let mut failures = 0;
    let answered = (|| servers_answer(&app))
        .retry(PATIENCE)
        .notify(|error, _| {
            if failures % LOG_EVERY == 0 {
                tracing::warn!(error = format!("{error:#}"), "waiting for the servers");
            }
            failures += 1;
        })
        .await;
    match answered {
        Ok(()) => {
            tracing::info!(%roles, "running roles {roles}");
            shutdown.spawn(admin::watch(app.clone(), readiness, shutdown.clone()));
            tasks(&app, &roles, &shutdown);
        }
        Err(error) => {
            tracing::error!(error = with_causes(error), "giving up waiting for the servers");
            shutdown.begin();
        }
    }
}

async fn servers_answer(app: &App) -> anyhow::Result<()> {
    database::ping(&app.pool).await.context("Postgres does not answer, or has no schema yet")?;
    app.queue.assert_settings().await.context("Redis cannot be used")?;
    broker::admin::ensure_topics(&app.settings.kafka).await.context("Kafka cannot be used")?;
    Ok(())
}

/// Starts a task per role, and what all of them need.
pub fn tasks(app: &App, roles: &Roles, shutdown: &Shutdown) {
    shutdown.spawn(live_drops::run(app.drops.clone(), app.pool.clone(), shutdown.clone()));
    shutdown.spawn(heartbeat::run(app.clone(), roles.clone(), shutdown.clone()));
    for role in roles.iter() {
        let (app, inner) = (app.clone(), shutdown.clone());
        shutdown.spawn(async move {
            match role {
                Role::Log => event_log::run(app, inner).await,
                Role::Drain => drain::run(app, inner).await,
                Role::Orders => orders::run(app, inner).await,
                Role::Payments => payments::run(app, inner).await,
                Role::Sweeper => sweeper::run(app, inner).await,
                Role::Reconciler => reconciler::run(app, inner).await,
                Role::Relay => relay::run(app, inner).await,
                Role::Scheduler => scheduler::run(app, inner).await,
            }
        });
    }
}
