//! The service that keeps the line: shoppers join, look, leave, and watch their place live.
//!
//! It needs Redis alone to serve an open line; Postgres is asked only about drops without a room.
//!
//! | module | holds |
//! |---|---|
//! | [`app`] | what all handlers share |
//! | [`router`] | routes and what stands around them |
//! | [`routes`] | join, status, leave, room, streams |
//! | [`extract`] | the ticket that a request presents |
//! | [`room`] | room replicas: places in memory, fed by room events |
//! | [`socket`] | live places: hub, cadence, connections |
//! | [`error`] | the one table from failure to status and code |

pub mod app;
pub mod error;
pub mod extract;
pub mod room;
pub mod router;
pub mod routes;
pub mod socket;

use anyhow::Context;
use edge::{ServeOptions, health, serve};
use metrics_exporter_prometheus::PrometheusHandle;
use shared::{clock::SystemClock, config::Settings, shutdown::Shutdown, telemetry};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// How long a soft stop may take.
const GRACE: Duration = Duration::from_secs(20);

/// Runs the service until it is told to stop.
///
/// # Errors
///
/// Returns what is wrong with the settings, or an address that cannot be listened on.
pub async fn run(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    let public = listen(settings.admission.listen).await?;
    let admin = listen(settings.admission.admin_listen).await?;
    run_on(&settings, shutdown, public, admin, |app| app).await
}

/// Runs the service on listeners that are there already; tests change the app before it starts.
///
/// # Errors
///
/// Returns what is wrong with the settings.
pub async fn run_on(
    settings: &Settings,
    shutdown: Shutdown,
    public: TcpListener,
    admin: TcpListener,
    change: impl FnOnce(app::App) -> app::App,
) -> anyhow::Result<()> {
    let app = change(app::App::build(settings, Arc::new(SystemClock), &shutdown).await?);
    app.rooms.start();
    let hints = socket::hints::run(Arc::clone(&app.rooms), app.queue.clone(), shutdown.soft());
    shutdown.spawn(hints);
    let metrics = metrics_text();
    let admin_router = health::admin_routes(app.rooms.readiness(), metrics);
    let router = router::public(app, settings);
    tracing::info!(address = %public.local_addr()?, "takes shoppers at http://{}", public.local_addr()?);
    let options = ServeOptions {
        // Streams that end free their connection, so requests always find one beside them.
        max_connections: settings.admission.max_sockets.get() as usize + 5000,
        ..ServeOptions::default()
    };
    tokio::join!(
        serve(public, router, options, &shutdown),
        serve(admin, admin_router, ServeOptions::default(), &shutdown),
        shutdown.wait(GRACE),
    );
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
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
