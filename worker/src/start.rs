//! The start: waits for the servers, then runs the roles' tasks, each again if it panics.

use crate::{
    admin,
    app::App,
    causes::with_causes,
    drain, drop_history, event_log, heartbeat, live_drops, orders, payments, reconciler, relay,
    roles::{Role, Roles},
    scheduler, sweeper,
};
use anyhow::Context as _;
use backon::{ConstantBuilder, Retryable as _};
use edge::health::Readiness;
use shared::{shutdown::Shutdown, supervise::supervise, telemetry::CounterName};
use std::time::Duration;
use tokio::task::JoinError;

/// How the servers are waited for: two minutes, then the process gives up and lets its supervisor
/// see it.
const PATIENCE: ConstantBuilder =
    ConstantBuilder::new().with_delay(Duration::from_millis(500)).with_max_times(239);
/// One failure in so many is logged.
const LOG_EVERY: u32 = 10;

/// Starts the roles once every server has answered; ends the process when one stays away.
pub(crate) async fn when_ready(app: App, roles: Roles, readiness: Readiness, shutdown: Shutdown) {
    let (app, mut failures) = (app.for_process(), 0);
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
            keep_running("health", &app, &shutdown, move |app, shutdown| {
                admin::watch(app, readiness.clone(), shutdown)
            });
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
    app.clock.follow(&app.pool).await.context("Postgres does not tell the time")?;
    app.queue.assert_settings().await.context("Redis cannot be used")?;
    broker::admin::ensure_topics(&app.settings.kafka).await.context("Kafka cannot be used")?;
    Ok(())
}

/// Starts the tasks of each role, and what all of them need: the latter on the pool of `app`.
pub fn tasks(app: &App, roles: &Roles, shutdown: &Shutdown) {
    keep_running("drops", app, shutdown, |app, shutdown| {
        live_drops::run(app.drops, app.pool, shutdown)
    });
    let beating = roles.clone();
    keep_running("heartbeat", app, shutdown, move |app, shutdown| {
        heartbeat::run(app, beating.clone(), shutdown)
    });
    keep_running("history", app, shutdown, drop_history::run);
    for role in roles.iter() {
        start_role(role, &app.for_role(role, roles), shutdown);
    }
}

fn start_role(role: Role, app: &App, shutdown: &Shutdown) {
    let name = role.as_str();
    match role {
        Role::Log => keep_running(name, app, shutdown, event_log::run),
        Role::Drain => keep_running(name, app, shutdown, drain::run),
        Role::Orders => keep_running(name, app, shutdown, orders::run),
        Role::Payments => keep_running(name, app, shutdown, payments::run),
        Role::Sweeper => keep_running(name, app, shutdown, sweeper::run),
        Role::Reconciler => {
            keep_running(name, app, shutdown, reconciler::run);
            keep_running(name, app, shutdown, reconciler::tell_untold);
        }
        Role::Relay => keep_running(name, app, shutdown, relay::run),
        Role::Scheduler => keep_running(name, app, shutdown, scheduler::run),
    }
}

/// Starts a task that is started again whenever it panics.
fn keep_running<F>(
    name: &'static str,
    app: &App,
    shutdown: &Shutdown,
    run: impl Fn(App, Shutdown) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let (app, inner) = (app.clone(), shutdown.clone());
    let start = move || run(app.clone(), inner.clone());
    let on_panic = move |error: JoinError| {
        CounterName::WorkerPanics.get().increment(1);
        let error = with_causes(error);
        tracing::error!(role = name, error, "{name} broke off; starting it again");
    };
    shutdown.spawn(supervise(shutdown.soft(), start, on_panic));
}
