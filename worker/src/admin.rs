//! The admin listener: health, readiness, metrics.
//!
//! Of servers that are a cluster a part may be away: some drops stand still then, and all others go on.
//! Readiness shows that and does not depend on it: another worker would meet the same.

use crate::app::App;
use anyhow::Context as _;
use edge::{
    health::{self, Readiness},
    server::{self, ServeOptions},
};
use shared::{shutdown::Shutdown, telemetry};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const REDIS: &str = "redis";
/// Whether every master of a cluster answers.
const REDIS_MASTERS: &str = "redis_masters";
const POSTGRES: &str = "postgres";
const KAFKA: &str = "kafka";
/// Whether every partition of the drops has a leader.
const KAFKA_PARTITIONS: &str = "kafka_partitions";

/// How often the servers are asked for a sign of life.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How long they may take to give it.
const ANSWER: Duration = Duration::from_secs(2);

/// Names what a worker needs; nothing is there yet.
#[must_use]
pub fn readiness() -> Readiness {
    Readiness::needing([REDIS, POSTGRES, KAFKA])
}

/// Starts the listener.
pub(crate) fn listen(app: &App, readiness: Readiness, shutdown: &Shutdown) -> anyhow::Result<()> {
    let address = app.settings.worker.admin_listen;
    let listener = edge::listen(address)
        .with_context(|| format!("worker.admin_listen: cannot listen on {address}"))?;
    let metrics = telemetry::start_metrics().context("cannot keep metrics")?;
    let router = health::admin_routes(readiness, move || metrics.render());
    let inner = shutdown.clone();
    shutdown.spawn(async move {
        server::serve(listener, router, ServeOptions::default(), &inner).await;
    });
    Ok(())
}

/// Asks the servers for signs of life until the process stops.
pub async fn watch(app: App, readiness: Readiness, shutdown: Shutdown) {
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        let (redis, has_all_masters, postgres, n_leaderless) = tokio::join!(
            timeout(ANSWER, app.queue.ping()),
            timeout(ANSWER, app.queue.has_all_masters()),
            timeout(ANSWER, database::ping(&app.pool)),
            timeout(ANSWER, app.log_info.n_leaderless()),
        );
        readiness.set(REDIS, matches!(redis, Ok(Ok(()))));
        readiness.note(REDIS_MASTERS, matches!(has_all_masters, Ok(true)));
        readiness.set(POSTGRES, matches!(postgres, Ok(Ok(()))));
        readiness.set(KAFKA, matches!(n_leaderless, Ok(Ok(_))));
        readiness.note(KAFKA_PARTITIONS, matches!(n_leaderless, Ok(Ok(0))));
        soft.run_until_cancelled(sleep(ASK_EVERY)).await;
    }
}
