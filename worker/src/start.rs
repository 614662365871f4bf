//! The start: waits for the servers, then runs a task per role.

use crate::{
    App, Role, Roles, admin, drain, event_log, heartbeat, live_drops, orders, payments, reconciler,
    relay, scheduler, sweeper,
};
use anyhow::Context as _;
use edge::health::Readiness;
use shared::shutdown::Shutdown;
use std::time::Duration;

/// Pause between two tries to reach the servers.
const PAUSE: Duration = Duration::from_millis(500);
/// How many tries are made before the process gives up and lets its supervisor see it.
const TRIES: u32 = 240;

/// Starts the roles once every server has answered; ends the process when one stays away.
pub async fn when_ready(app: App, roles: Roles, readiness: Readiness, shutdown: Shutdown) {
    for attempt in 1..=TRIES {
        match servers_answer(&app).await {
            Ok(()) => {
                tracing::info!(%roles, "worker runs {roles}");
                shutdown.spawn(admin::watch(app.clone(), readiness, shutdown.clone()));
                return tasks(&app, &roles, &shutdown);
            }
            Err(error) if attempt == TRIES => {
                tracing::error!(error = format!("{error:#}"), "giving up waiting for the servers");
            }
            Err(error) if attempt % 10 == 1 => {
                tracing::warn!(error = format!("{error:#}"), "waiting for the servers");
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    shutdown.begin();
}

async fn servers_answer(app: &App) -> anyhow::Result<()> {
    sqlx::query("select 1 from drops limit 1")
        .execute(&app.pool)
        .await
        .context("Postgres does not answer, or has no schema yet")?;
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
