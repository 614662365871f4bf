//! Back-pressure: when the processors are behind or silent, or the payment provider does not answer,
//! nobody else is let in.
//!
//! One look serves all drops of the process in which people wait. It fails closed: what cannot be
//! seen counts as behind, and what was seen too long ago as not seen.

use super::{
    reading::{Flow, Reading},
    rooms::{DrainedRoom, DrainedRooms},
};
use crate::{
    app::App,
    causes::with_causes,
    kafka_log::{self, SeenLog},
    provider_state::ProviderState,
};
use database::{selling::scheduling::LiveDrop, workers::heartbeats};
use shared::ids::DropId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::watch::Receiver,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// How often the processors are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long rooms that come to life at the same time are gathered for one look.
const GATHER: Duration = Duration::from_millis(10);
/// Processors that are silent for longer than this count as dead.
const SILENCE_S: f64 = 5.0;
/// Commands that may always wait, and seconds of the order rate that may wait on top of them.
const LAG_FLOOR: f64 = 1000.0;
const LAG_SECONDS: f64 = 5.0;

/// Looks until told to stop.
pub(super) async fn look(
    app: &App,
    rooms: &DrainedRooms,
    mut provider: Receiver<ProviderState>,
    soft: &CancellationToken,
) {
    while !soft.is_cancelled() {
        let watched = rooms.watched();
        let state = *provider.borrow_and_update();
        if !watched.is_empty() {
            look_at(app, &watched, state).await;
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = sleep(LOOK_EVERY), if !watched.is_empty() => {}
            () = rooms.asked() => sleep(GATHER).await,
            Ok(()) = provider.changed() => {}
        }
    }
}

async fn look_at(app: &App, watched: &[Arc<DrainedRoom>], provider: ProviderState) {
    let known = watched.iter().filter_map(|room| Some((room, app.drops.find(room.drop_id)?)));
    let (rooms, drops): (Vec<_>, Vec<_>) = known.unzip();
    let sight = match Sight::take(app, &drops, provider).await {
        Ok(sight) => Some(sight),
        Err(error) => {
            let error = with_causes(error);
            tracing::debug!(error, "could not look at the order processors");
            None
        }
    };
    for (room, flash_drop) in rooms.into_iter().zip(&drops) {
        let reading = Sight::reading(sight.as_ref(), flash_drop);
        let before = room.note(reading);
        log_change(room.drop_id, before.unwrap_or(Flow::Free), reading.flow);
    }
}

/// What one look has seen.
struct Sight {
    provider: ProviderState,
    /// Seconds since any processor gave a sign of life.
    silence: Option<f64>,
    /// The partitions that are there, and that somebody has begun.
    logs: BTreeMap<i32, SeenLog>,
}

impl Sight {
    async fn take(
        app: &App,
        drops: &[Arc<LiveDrop>],
        provider: ProviderState,
    ) -> anyhow::Result<Self> {
        let partitions: Vec<i32> = drops.iter().map(|flash_drop| flash_drop.partition).collect();
        let silence = heartbeats::silence(&app.pool, "orders").await?;
        let logs = kafka_log::look(app, &app.topics.order_commands, &partitions).await?;
        Ok(Self { provider, silence, logs })
    }

    /// Returns what was seen of one drop. One whose log is not seen holds up nobody else.
    fn reading(sight: Option<&Self>, flash_drop: &LiveDrop) -> Reading {
        let seen = sight.and_then(|sight| {
            let log = sight.logs.get(&flash_drop.partition)?;
            let lag = (log.end - log.next_offset).max(0);
            let rate = flash_drop.limits.order_rate_per_second;
            Some((log.generation, flow(sight.provider, sight.silence, lag, rate)))
        });
        let (generation, flow) =
            seen.unwrap_or((0, Flow::Blocked("the order processors cannot be seen")));
        Reading { flow, generation, seen_at: Instant::now() }
    }
}

/// Decides how people may be let in while so many commands wait, at this order rate.
fn flow(provider: ProviderState, silence: Option<f64>, lag: i64, order_rate: f64) -> Flow {
    if silence.is_none_or(|silence| silence > SILENCE_S) {
        return Flow::Blocked("no order processor is alive");
    }
    if provider == ProviderState::Away {
        return Flow::Blocked("the payment provider does not answer");
    }
    if lag as f64 > LAG_FLOOR + LAG_SECONDS * order_rate {
        return Flow::Blocked("too many commands wait to be processed");
    }
    match provider {
        ProviderState::Tried => Flow::Slow,
        ProviderState::Answers | ProviderState::Away => Flow::Free,
    }
}

fn log_change(drop_id: DropId, before: Flow, now: Flow) {
    match now {
        Flow::Blocked(why) if before != now => {
            tracing::warn!(drop.id = %drop_id, why, "admission to drop {drop_id} waits: {why}");
        }
        Flow::Free | Flow::Slow if matches!(before, Flow::Blocked(_)) => {
            tracing::info!(drop.id = %drop_id, "admission to drop {drop_id} may go on");
        }
        Flow::Free | Flow::Slow | Flow::Blocked(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWAKE: Option<f64> = Some(1.0);

    fn is_blocked(flow: Flow) -> bool {
        matches!(flow, Flow::Blocked(_))
    }

    #[test]
    fn people_are_let_in_while_somebody_processes_their_orders() {
        let silent = |silence| flow(ProviderState::Answers, silence, 0, 10.0);
        assert_eq!(silent(AWAKE), Flow::Free);
        assert!(is_blocked(silent(None)));
        assert!(is_blocked(silent(Some(5.1))));
    }

    #[test]
    fn commands_that_wait_hold_up_those_to_come() {
        let waiting = |lag| flow(ProviderState::Answers, AWAKE, lag, 10.0);
        assert_eq!(waiting(1050), Flow::Free);
        assert!(is_blocked(waiting(1051)));
    }

    #[test]
    fn a_provider_that_is_tried_gets_a_few() {
        assert_eq!(flow(ProviderState::Tried, AWAKE, 0, 10.0), Flow::Slow);
        assert!(is_blocked(flow(ProviderState::Away, AWAKE, 0, 10.0)));
        assert!(is_blocked(flow(ProviderState::Tried, AWAKE, 9999, 10.0)));
    }
}
