//! Rooms that nobody needs any more leave Redis, or it would be full one day.
//!
//! The room of a settled drop stays for a while after the end: browsers that come back late are told
//! from it what became of their tickets, and from then on from Postgres.

use crate::{app::App, causes::with_causes};
use database::selling::scheduling;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Rooms removed by one look, at most.
const MAX_ROOMS: u32 = 100;

/// Removes old rooms until told to stop.
pub(super) async fn run(app: &App, stop: &CancellationToken) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(looks.tick()).await.is_some() {
        if let Err(error) = remove_due(app, stop).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not look for old rooms; trying again at the next look");
        }
    }
}

/// Removes the rooms whose time is over. May run at any time, twice, or on two hosts; what is left
/// after a crash is found by the next look. A room whose drop Postgres does not know is not ours.
async fn remove_due(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    let rooms = app.queue.rooms().await?;
    let kept_for = app.settings.line.keep_rooms();
    for (id, epoch) in scheduling::settled(&app.pool, &rooms, kept_for, MAX_ROOMS).await? {
        if stop.is_cancelled() {
            break;
        }
        match app.queue.remove_room(id, epoch).await {
            Ok(()) => tracing::info!(drop.id = %id, "removed the room of drop {id} from Redis"),
            Err(error) => {
                let error = with_causes(error);
                tracing::debug!(drop.id = %id, error, "could not remove the room of drop {id}");
            }
        }
    }
    Ok(())
}
