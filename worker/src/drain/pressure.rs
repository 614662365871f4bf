//! Back-pressure: while orders are behind or slow to write, or payments fail, fewer are let in; when the
//! processors are silent or far behind, or the payment provider does not answer, nobody is.
//!
//! One look serves all drops of the process in which people wait. It fails closed: what cannot be
//! seen counts as behind, and what was seen too long ago as not seen.

use super::{
    reading::{Flow, Reading},
    rooms::{DrainedRoom, DrainedRooms},
    sight::{DropPace, Sight},
};
use crate::{app::App, causes::with_causes, provider_state::ProviderState};
use shared::ids::DropId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::watch::Receiver, time::sleep};
use tokio_util::sync::CancellationToken;

/// How often the processors are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long rooms that come to life at the same time are gathered for one look.
const GATHER: Duration = Duration::from_millis(10);

/// How the drops do that were looked at.
type Paces = BTreeMap<DropId, DropPace>;

/// Looks until told to stop.
pub(super) async fn look(
    app: &App,
    rooms: &DrainedRooms,
    mut provider: Receiver<ProviderState>,
    soft: &CancellationToken,
) {
    let mut paces = Paces::new();
    while !soft.is_cancelled() {
        let watched = rooms.watched();
        let state = *provider.borrow_and_update();
        if !watched.is_empty() {
            paces = look_at(app, &watched, state, &paces).await;
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = sleep(LOOK_EVERY), if !watched.is_empty() => {}
            () = rooms.asked() => sleep(GATHER).await,
            Ok(()) = provider.changed() => {}
        }
    }
}

/// Returns how each drop does, as far as that was seen now.
async fn look_at(
    app: &App,
    watched: &[Arc<DrainedRoom>],
    provider: ProviderState,
    last: &Paces,
) -> Paces {
    let known = watched.iter().filter_map(|room| Some((room, app.drops.find(room.drop_id)?)));
    let (rooms, drops): (Vec<_>, Vec<_>) = known.unzip();
    let sight = match Sight::take(app, &drops, provider).await {
        Ok(sight) => Some(sight),
        Err(error) => {
            log_blindness(error, last);
            None
        }
    };
    let mut paces = Paces::new();
    for (room, flash_drop) in rooms.into_iter().zip(&drops) {
        let seen = sight.as_ref().and_then(|sight| {
            let pace = sight.pace(flash_drop, last.get(&flash_drop.id))?;
            paces.insert(flash_drop.id, pace);
            let provider = sight.provider_for(flash_drop.fulfilment);
            Some(sight.reading(&pace, flash_drop.limits.order_rate_per_second, provider))
        });
        let reading = seen.unwrap_or_else(Reading::unseen);
        let before = room.note(reading);
        log_change(room.drop_id, before.unwrap_or(Flow::Free), reading.flow);
    }
    paces
}

/// Says why nothing is seen any more, once.
fn log_blindness(error: anyhow::Error, last: &Paces) {
    let error = with_causes(error);
    if last.is_empty() {
        tracing::debug!(error, "still could not look at the order processors");
    } else {
        tracing::warn!(error, "could not look at the order processors");
    }
}

fn log_change(drop_id: DropId, before: Flow, now: Flow) {
    match now {
        Flow::Blocked(why) if before != now => {
            tracing::warn!(drop.id = %drop_id, %why, "admission to drop {drop_id} waits: {why}");
        }
        Flow::Free | Flow::Eased(_) | Flow::Slow if matches!(before, Flow::Blocked(_)) => {
            tracing::info!(drop.id = %drop_id, "admission to drop {drop_id} may go on");
        }
        Flow::Eased(why) if matches!(before, Flow::Free) => {
            tracing::info!(drop.id = %drop_id, %why, "fewer are let into drop {drop_id}: {why}");
        }
        Flow::Free | Flow::Eased(_) | Flow::Slow | Flow::Blocked(_) => {}
    }
}
