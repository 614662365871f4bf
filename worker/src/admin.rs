//! The admin listener: health, readiness, metrics.

use crate::app::App;
use anyhow::Context as _;
use edge::{
    health::{self, Readiness},
    server::{self, ServeOptions},
};
use shared::{shutdown::Shutdown, telemetry};
use std::time::Duration;
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

const REDIS: &str = "redis";
const POSTGRES: &str = "postgres";
const KAFKA: &str = "kafka";

/// How often the servers are asked for a sign of life.
const ASK_EVERY: Duration = Duration::from_secs(2);
/// How long they may take to give it.
const ANSWER: Duration = Duration::from_secs(2);

/// Names what a worker needs; nothing is there yet.
pub(crate) fn readiness() -> Readiness {
    Readiness::needing([REDIS, POSTGRES, KAFKA])
}

/// Starts the listener.
pub(crate) async fn listen(
    app: &App,
    readiness: Readiness,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let address = app.settings.worker.admin_listen;
    let listener = TcpListener::bind(address)
        .await
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
pub(crate) async fn watch(app: App, readiness: Readiness, shutdown: Shutdown) {
    let soft = shutdown.soft();
    while !soft.is_cancelled() {
        let (redis, postgres, kafka) = tokio::join!(
            timeout(ANSWER, app.queue.ping()),
            timeout(ANSWER, database::ping(&app.pool)),
            timeout(ANSWER, app.log_info.cluster_id()),
        );
        readiness.set(REDIS, matches!(redis, Ok(Ok(()))));
        readiness.set(POSTGRES, matches!(postgres, Ok(Ok(()))));
        readiness.set(KAFKA, matches!(kafka, Ok(Ok(_))));
        soft.run_until_cancelled(sleep(ASK_EVERY)).await;
    }
}
