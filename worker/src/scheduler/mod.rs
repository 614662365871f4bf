//! Opens, configures, ends and retires drops, and removes their rooms in the end.
//!
//! | file | holds |
//! |---|---|
//! | `rows` | the drops' rows in Postgres: openings, ends |
//! | `limit_plans` | planned changes of limits, step by step |
//! | `rooms` | their rooms in Redis: limits, ends |
//! | `winding_up` | closing those who wait in lines that are over, retiring their drops |
//! | `old_rooms` | rooms of drops that were settled a while ago |
//!
//! Beside these, `kafka_log` makes sure that Kafka has the partitions of drops that are about to open.
//!
//! Every step is a compare-and-set or can be repeated, so it may run on two hosts.

mod limit_plans;
mod old_rooms;
mod rooms;
mod rows;
mod winding_up;

use crate::{app::App, causes::with_causes, kafka_log, ownership};
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    // One key for all drops: there is little to do.
    let keys = |_| async { vec!["drops"] };
    ownership::run_owned(app, shutdown, "scheduler", keys, |app, _, stop| look_after(app, stop))
        .await;
}

async fn look_after(app: App, stop: CancellationToken) {
    // Side by side: however long Kafka or Redis takes, it delays no opening of another drop.
    tokio::join!(
        move_drops_on(&app, &stop),
        limit_plans::run(&app, &stop),
        kafka_log::keep_preparing(&app, &stop),
        rooms::run(&app, &stop),
        old_rooms::run(&app, &stop)
    );
}

async fn move_drops_on(app: &App, stop: &CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    let mut changes = app.drops.changes();
    while !stop.is_cancelled() {
        let next = Instant::now() + tick;
        if let Err(error) = rows::move_on(app).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not move drops on; trying again at the next tick");
        }
        let next = rows::next_moment(app).map_or(next, |moment| next.min(moment));
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep_until(next) => {}
            // The next moment may be another one.
            () = changes.next() => {}
        }
    }
}
