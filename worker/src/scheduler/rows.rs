//! The drops' rows in Postgres: openings on the second, ends.

use crate::app::App;
use database::{DatabaseError, selling::scheduling};
use shared::drops::DropState;
use std::time::Duration;
use tokio::time::Instant;

/// Moves every drop on whose moment has come. May run at any time.
pub(super) async fn move_on(app: &App) -> Result<(), DatabaseError> {
    for drop_id in scheduling::open_due(&app.pool).await? {
        tracing::info!(drop.id = %drop_id, "drop {drop_id} is open");
    }
    for (drop_id, state) in scheduling::end_due(&app.pool).await? {
        tracing::info!(drop.id = %drop_id, %state, "drop {drop_id} is over: {state}");
    }
    Ok(())
}

/// Returns when the next drop opens or closes, if that is known.
pub(super) fn next_moment(app: &App) -> Option<Instant> {
    let now = app.clock.now();
    let drops = app.drops.now();
    let moments = drops.values().flat_map(|flash_drop| match flash_drop.state {
        DropState::Scheduled => [Some(flash_drop.opens_at), flash_drop.closes_at],
        DropState::Open => [flash_drop.closes_at, None],
        DropState::Draft | DropState::SoldOut | DropState::Closed | DropState::Cancelled => {
            [None, None]
        }
    });
    let next = moments.flatten().filter(|moment| *moment > now).min()?;
    let wait = u64::try_from(next.as_microsecond() - now.as_microsecond()).ok()?;
    // A bound keeps the sum below what the timer can hold; it is worked out again each tick.
    Some(Instant::now() + Duration::from_micros(wait.min(60_000_000)))
}
