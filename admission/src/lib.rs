//! The service that keeps the line: shoppers join, look, leave, and watch their position live.
//!
//! It needs Redis alone to serve an open line; Postgres is asked only about drops without a room.
//!
//! | module | holds |
//! |---|---|
//! | [`room`] | room replicas: positions in memory, fed by the room events |
//! | [`socket`] | live positions: hubs, cadence, connections |
//! | `error` | the one table from failure to status and code |
//! | `extract` | the ticket that a request presents |
//! | `app` | what all handlers share, and the tasks behind them |
//! | `history` | how this process does, for the operators' charts |
//! | `presence` | who is there near the front of each room |
//! | `routes` | join, status, leave, room, streams; the line as a page for browsers without scripts |
//! | [`openapi`] | the API's document, made from the handlers |
//! | `router` | the routes and what stands around them |

mod app;
mod error;
mod extract;
mod history;
pub mod openapi;
mod presence;
pub mod room;
mod router;
mod routes;
pub mod socket;

use anyhow::Context;
use edge::{ServeOptions, descriptors, health, serve};
use metrics_exporter_prometheus::PrometheusHandle;
use shared::{
    clock::{Clock, SystemClock},
    config::Settings,
    shutdown::Shutdown,
    telemetry,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// How long a soft stop may take.
const GRACE: Duration = Duration::from_secs(20);
/// Connections beyond those of the sockets: ordinary requests always find one.
const SPARE_CONNECTIONS: usize = 5000;
/// Open files beyond those of the connections: servers, logs, libraries.
const SPARE_FILES: usize = 500;

/// Runs the service until it is told to stop.
///
/// # Errors
///
/// Returns what is wrong with the settings, or an address that cannot be listened on.
pub async fn run(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    descriptors::raise_limit(max_connections(&settings) + SPARE_FILES);
    let public = listen(settings.admission.listen)?;
    let admin = listen(settings.admission.admin_listen)?;
    run_on(&settings, Arc::new(SystemClock), shutdown, public, admin).await
}

/// Runs the service on listeners that exist already, by the given clock.
///
/// # Errors
///
/// Returns what is wrong with the settings.
pub async fn run_on(
    settings: &Settings,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
    public: TcpListener,
    admin: TcpListener,
) -> anyhow::Result<()> {
    let app = app::App::build(settings, clock, &shutdown).await?;
    app.start_tasks();
    let admin_router = health::admin_routes(app.readiness.clone(), metrics_text());
    let router = router::public(app, settings);
    let address = public.local_addr()?;
    tracing::info!(%address, "listening on http://{address}");
    let options = ServeOptions {
        max_connections: max_connections(settings),
        ..ServeOptions::public(&settings.edge)
    };
    tokio::join!(
        serve(public, router, options, &shutdown),
        serve(admin, admin_router, ServeOptions::default(), &shutdown),
        shutdown.wait_as_lame_duck(settings.edge.lame_duck(), GRACE),
    );
    Ok(())
}

/// Connections of the public listener, at most.
fn max_connections(settings: &Settings) -> usize {
    settings.admission.max_sockets.get() as usize + SPARE_CONNECTIONS
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    edge::listen(address).with_context(|| format!("cannot listen on {address}"))
}

/// Renders the metrics; where another recorder is installed already (tests), there are none.
fn metrics_text() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let handle = telemetry::start_metrics();
    if let Err(error) = &handle {
        tracing::warn!(%error, "no metrics in this process");
    }
    let handle = handle.ok();
    move || handle.as_ref().map(PrometheusHandle::render).unwrap_or_default()
}
