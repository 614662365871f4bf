//! Opens, configures, ends and retires drops, and removes their rooms in the end.
//!
//! | file | holds |
//! |---|---|
//! | `rows` | the drops' rows in Postgres: partitions, openings, ends |
//! | `rooms` | their rooms in Redis: limits, ends, closing those who wait, retiring |
//! | `old_rooms` | rooms of drops that were settled a while ago |
//!
//! Every step is a compare-and-set or can be repeated, so it may run on two hosts.

mod old_rooms;
mod rooms;
mod rows;

use crate::{app::App, causes::with_causes, ownership};
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
    // Side by side: however long Redis takes to give up old rooms, it delays no opening.
    tokio::join!(move_drops_on(&app, &stop), old_rooms::run(&app, &stop));
}

async fn move_drops_on(app: &App, stop: &CancellationToken) {
    let tick = Duration::from_millis(app.settings.orders.tick_ms.get());
    let mut changes = app.drops.changes();
    let mut rooms = rooms::RoomSync::new(app.clone());
    while !stop.is_cancelled() {
        let next = Instant::now() + tick;
        if let Err(error) = rows::move_on(app).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not move drops on; trying again at the next tick");
        }
        rooms.bring_up_to_date().await;
        let next = rows::next_moment(app).map_or(next, |moment| next.min(moment));
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep_until(next) => {}
            // A changed limit is brought to Redis at once.
            () = changes.next() => {}
        }
    }
}
