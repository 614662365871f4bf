//! Moves tickets from the line to a paid order.
//!
//! One binary with roles; any number of instances, each with any roles. Roles meet only in
//! Redis, Kafka and Postgres. Most work is done per drop by the one instance that holds the
//! (role, drop) lock, see [`ownership`]; it stays correct when two of them overlap for a moment.
//!
//! | module | role |
//! |---|---|
//! | [`event_log`] | room events → `queue-events`, in order; rebuilds rooms |
//! | [`drain`] | waiting → in flight → `order-commands` |
//! | [`orders`] | `order-commands` → order rows, at the order rate |
//! | [`payments`] | authorizes, captures, voids, refunds |
//! | [`sweeper`] | holds that ran out |
//! | [`reconciler`] | what lost calls left behind |
//! | [`relay`] | outbox → `order-events`, `dead-letters` |
//! | [`scheduler`] | opens, configures, ends, retires drops |

pub mod admin;
pub mod app;
pub mod drain;
pub mod event_log;
pub mod heartbeat;
pub mod kafka_log;
pub mod line_updates;
pub mod live_drops;
mod mutants;
pub mod order_commands;
pub mod orders;
pub mod ownership;
pub mod pause;
pub mod payments;
pub mod reconciler;
pub mod relay;
pub mod roles;
pub mod room_config;
pub mod scheduler;
pub mod start;
pub mod sweeper;

pub use app::App;
pub use roles::{Role, Roles};

use anyhow::Context as _;
use shared::{config::Settings, shutdown::Shutdown};
use std::time::Duration;

/// How long tasks may take to finish after the first signal.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the roles until the process is told to stop.
///
/// # Errors
///
/// Returns what stops the start: settings that cannot be used, servers that stay away.
pub async fn run(settings: Settings, roles: Roles) -> anyhow::Result<()> {
    let app = App::connect(settings).await.context("cannot start")?;
    let shutdown = Shutdown::default();
    let readiness = admin::readiness();
    admin::listen(&app, readiness.clone(), &shutdown).await?;
    let start = start::when_ready(app.clone(), roles, readiness, shutdown.clone());
    let start = tokio::spawn(start);
    shutdown.wait(GRACE).await;
    start.abort();
    app.producer.flush(Duration::from_secs(5)).await;
    Ok(())
}
