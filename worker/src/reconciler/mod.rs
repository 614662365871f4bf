//! Finds what lost calls have left behind, and settles it.
//!
//! Tickets in flight past their lease are settled here (`leases`); what lines were not told is sent
//! by `line_updates`, for all drops at once and without waiting for any lease.
//!
//! Postgres is asked, Redis is brought in line with it. Nothing here decides anything.

mod leases;

use crate::{
    app::App,
    causes::with_causes,
    line_updates::UntoldSender,
    ownership,
    room_bells::{RoomBell, RoomBells},
};
use database::selling::scheduling::{EpochState, LiveDrop};
use shared::shutdown::Shutdown;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How often it is looked for what lines were not told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody is in flight, at least, while people wait.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same while nobody does: who joins then rings.
const IDLE: Duration = Duration::from_secs(30);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// What a look at a room has found.
enum Found {
    /// Somebody is in flight; only then there are leases to look at.
    InFlight,
    /// Somebody may be let in without a wake.
    MayCome,
    /// Nobody waits or is in flight.
    Nobody,
}

/// Settles what is in flight past its lease, until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let (bells, soft) = (RoomBells::default(), shutdown.soft());
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    let hung = bells.clone();
    let work = move |app, drop_id, stop| reconcile(app, hung.hang(drop_id), stop);
    tokio::join!(
        soft.run_until_cancelled(bells.ring_on(app.queue.wakes())),
        ownership::run_owned(app.clone(), shutdown, "reconciler", keys, work),
    );
}

/// Tells lines what they were not told, until the process stops.
///
/// Every instance looks, so that one that is frozen holds up nobody; telling twice is harmless.
pub(crate) async fn tell_untold(app: App, shutdown: Shutdown) {
    let (soft, mut sender) = (shutdown.soft(), UntoldSender::new(app));
    while soft.run_until_cancelled(sleep(TELL_EVERY)).await.is_some() {
        if let Err(error) = sender.send().await {
            let error = with_causes(error);
            tracing::debug!(error, "could not look for what lines were not told; trying again");
        }
    }
}

async fn reconcile(app: App, bell: RoomBell, stop: CancellationToken) {
    let (drop_id, tick) =
        (bell.drop_id(), Duration::from_millis(app.settings.orders.tick_ms.get()));
    // Whoever is let in is seen before the lease is over.
    let soon = (app.settings.line.lease() / 2).min(LOOK_EVERY).max(tick);
    while !stop.is_cancelled() {
        let Some(flash_drop) = app.drops.find(drop_id) else { return };
        let pause = match look_at(&app, &flash_drop).await {
            Ok(Found::InFlight) => tick,
            Ok(Found::MayCome) => soon,
            Ok(Found::Nobody) => {
                let ringing = bell.rings_by(Instant::now() + IDLE);
                let is_rung = stop.run_until_cancelled(ringing).await == Some(true);
                if is_rung { soon } else { Duration::ZERO }
            }
            Err(error) => {
                let error = with_causes(error);
                tracing::debug!(
                    drop.id = %drop_id, error,
                    "could not settle the leases of drop {drop_id}; trying again"
                );
                PAUSE
            }
        };
        stop.run_until_cancelled(sleep(pause)).await;
    }
}

/// Settles what is past its lease; where there is no live ticket, that is all that is asked.
async fn look_at(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<Found> {
    // While the room is being built, the rebuild does the same and more.
    if flash_drop.epoch_state != EpochState::Open {
        return Ok(Found::MayCome);
    }
    if !app.queue.has_live_tickets(flash_drop.id).await? {
        return Ok(Found::Nobody);
    }
    let counts = app.queue.counts(flash_drop.id, flash_drop.epoch).await?;
    if counts.in_flight > 0 {
        leases::settle_expired(app, flash_drop).await?;
        return Ok(Found::InFlight);
    }
    // The first to join an empty line rings, and nobody behind them.
    Ok(if counts.waiting + counts.missed > 0 { Found::MayCome } else { Found::Nobody })
}
