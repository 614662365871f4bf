//! Moves tickets from the line to a paid order.
//!
//! One binary with roles; any number of instances, each with any roles. Roles meet only in
//! Redis, Kafka and Postgres. Most work is done per drop by the one instance that holds the
//! (role, drop) lock, see `ownership`; it stays correct when two of them overlap for a moment.
//!
//! | role | does |
//! |---|---|
//! | [`event_log`] | room events → `queue-events`, in order; rebuilds rooms |
//! | `drain` | waiting → in flight → `order-commands` |
//! | [`orders`] | `order-commands` → order rows, at the order rate |
//! | [`payments`] | authorizes, captures, voids, refunds |
//! | [`sweeper`] | ends holds that ran out |
//! | `reconciler` | settles what lost calls left behind |
//! | [`relay`] | journal → `order-events`; dead letters → `dead-letters` |
//! | `scheduler` | opens, configures, ends, retires drops; removes settled ones' rooms from Redis |
//!
//! No role imports another; what several of them need stands beside them:
//!
//! | module | holds |
//! |---|---|
//! | `app` | settings, connections and keys |
//! | `server_clock` | the time as Postgres has it, whatever the machine's clock says |
//! | `live_drops` | the drops that are being sold |
//! | `provider_state` | how the payment provider does |
//! | `room_bells` | what wakes those who look after rooms |
//! | `ownership`, `owned_work` | who works on which drop or partition |
//! | `pulse` | what the roles notice of each drop |
//! | `order_commands` | an admitted ticket as a signed command |
//! | `kafka_log` | whether a log is still the one we know, and has the partitions that drops need |
//! | `line_updates` | what Postgres decided, brought back to the line |
//! | `room_config` | a drop's row as the settings of its room |
//! | `cool_downs` | how long shoppers may not join again whose hold ran out |
//! | `notices` | hints from Postgres that rows have changed |
//! | `causes` | errors as log lines show them |
//! | `pause` | where a test can hold the process |
//!
//! [`start`], `roles`, [`admin`], `heartbeat` and `drop_history` are the process itself.

pub mod admin;
mod app;
mod causes;
mod cool_downs;
mod drain;
mod drop_history;
pub mod event_log;
mod heartbeat;
mod kafka_log;
mod line_updates;
mod live_drops;
mod notices;
mod order_commands;
pub mod orders;
mod owned_work;
mod ownership;
mod pause;
pub mod payments;
mod provider_state;
mod pulse;
mod reconciler;
pub mod relay;
mod roles;
mod room_bells;
mod room_config;
mod scheduler;
mod server_clock;
pub mod start;
pub mod sweeper;

pub use app::App;
pub use live_drops::LiveDrops;
pub use roles::{Role, Roles};

use anyhow::Context as _;
use edge::descriptors;
use shared::{config::Settings, shutdown::Shutdown};
use std::time::Duration;

/// How long tasks may take to finish after the first signal.
const GRACE: Duration = Duration::from_secs(10);
/// Open files beyond those of the calls to the payment provider: servers, logs, libraries.
const SPARE_FILES: usize = 500;
/// How long records that Kafka has not acknowledged may hold up the end of the process.
const FLUSH: Duration = Duration::from_secs(5);

/// Runs the roles until the process is told to stop.
///
/// # Errors
///
/// Returns what stops the start: settings that cannot be used, servers that stay away.
pub async fn run(settings: Settings, roles: Roles) -> anyhow::Result<()> {
    descriptors::raise_limit(settings.payments.concurrency.get() as usize + SPARE_FILES);
    let app = App::connect(settings).await.context("cannot start")?;
    let shutdown = Shutdown::default();
    let readiness = admin::readiness();
    admin::listen(&app, readiness.clone(), &shutdown)?;
    let start = start::when_ready(app.clone(), roles, readiness, shutdown.clone());
    let start = tokio::spawn(start);
    shutdown.wait(GRACE).await;
    start.abort();
    app.producer.flush(FLUSH).await;
    Ok(())
}
