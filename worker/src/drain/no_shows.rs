//! How many of those who were let in never show up, where a drop makes up for them.

use super::rooms::{DrainedRoom, DrainedRooms};
use crate::{app::App, causes::with_causes};
use database::{DatabaseError, ordering::counters};
use shared::ids::DropId;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often the ends of orders are looked at. What they say changes slowly.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks until told to stop. While the database is away, what was known is believed.
pub(super) async fn look(app: &App, rooms: &DrainedRooms, soft: &CancellationToken) {
    while !soft.is_cancelled() {
        if let Err(error) = look_at(app, &rooms.watched()).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not look how many never show up");
        }
        soft.run_until_cancelled(sleep(LOOK_EVERY)).await;
    }
}

async fn look_at(app: &App, watched: &[Arc<DrainedRoom>]) -> Result<(), DatabaseError> {
    let makes_up = |room: &&Arc<DrainedRoom>| {
        app.drops.find(room.drop_id).is_some_and(|found| found.limits.no_show_percent.is_some())
    };
    let rooms: Vec<_> = watched.iter().filter(makes_up).collect();
    if rooms.is_empty() {
        return Ok(());
    }
    let drop_ids: Vec<DropId> = rooms.iter().map(|room| room.drop_id).collect();
    let ends = counters::ends(&app.pool, &drop_ids).await?;
    for room in rooms {
        room.note_ends(ends.get(&room.drop_id).copied().unwrap_or_default());
    }
    Ok(())
}
