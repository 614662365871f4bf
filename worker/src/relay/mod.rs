//! Publishes what Postgres has committed: the journal becomes records of `order-events`, dead
//! letters those of `dead-letters`.
//!
//! | file | holds |
//! |---|---|
//! | `publish` | the events of the journal, published in the order of each order |
//! | `letters` | dead letters |
//! | `send` | records on their way to Kafka |
//! | `upkeep` | the journal's partitions, and what is kept for a while only |
//!
//! Drops take turns, row by row: none that has much to tell keeps another waiting for more than a batch.
//! Rows are found by what is pending, which is deleted after Kafka's ack, so a crash in between
//! publishes them twice under the same event ids.

mod letters;
mod publish;
mod send;
mod upkeep;

use crate::{app::App, causes::with_causes, ownership};
use letters::publish_letters;
use publish::publish_events;
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use upkeep::Upkeep;

/// Pause before looking again, so that what comes meanwhile goes out together; it grows while nothing
/// comes.
const SHORT_IDLE: Duration = Duration::from_millis(25);
const LONG_IDLE: Duration = Duration::from_millis(200);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the role until the process stops. One instance at a time publishes.
pub async fn run(app: App, shutdown: Shutdown) {
    let keys = |_| async { vec!["journal"] };
    ownership::run_owned(app, shutdown, "relay", keys, relay).await;
}

async fn relay(app: App, _: &'static str, stop: CancellationToken) {
    let (mut upkeep, mut idle) = (Upkeep::default(), SHORT_IDLE);
    while !stop.is_cancelled() {
        upkeep.do_due(&app).await;
        let pause = match publish_waiting(&app).await {
            Ok(0) => {
                idle = (idle * 2).min(LONG_IDLE);
                idle
            }
            Ok(_) => {
                idle = SHORT_IDLE;
                SHORT_IDLE
            }
            Err(error) => {
                let error = with_causes(error);
                tracing::warn!(error, "could not publish what waits; trying again");
                PAUSE
            }
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

/// Publishes what has waited longest; returns how many journal rows and dead letters. May run at
/// any time.
///
/// # Errors
///
/// Returns what failed; it waits on. Neither kind waits for the other.
pub async fn publish_waiting(app: &App) -> anyhow::Result<usize> {
    let (events, letters) = (publish_events(app).await, publish_letters(app).await);
    Ok(events? + letters?)
}
