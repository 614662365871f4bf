//! Back-pressure: when the processors are behind or silent, or the payment provider does not answer,
//! nobody else is let in.
//!
//! One look serves all drops of the process in which people wait. It fails closed: what cannot be
//! seen counts as behind, and what was seen too long ago as not seen.

use super::{
    handling::Handling,
    reading::{Flow, HoldUp, Reading},
    rooms::{DrainedRoom, DrainedRooms},
};
use crate::{
    app::App,
    causes::with_causes,
    kafka_log::{self, SeenLog},
    provider_state::ProviderState,
};
use database::{selling::scheduling::LiveDrop, workers::heartbeats};
use shared::{drops::Fulfilment, ids::DropId};
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

/// How fast the commands of the drops that were looked at are handled.
type Paces = BTreeMap<DropId, Handling>;

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

/// Returns how fast the commands of each drop are handled, as far as that was seen now.
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
            let handling = sight.handling(flash_drop, last.get(&flash_drop.id))?;
            paces.insert(flash_drop.id, handling);
            let provider = sight.provider_for(flash_drop.fulfilment);
            Some(sight.reading(&handling, flash_drop.limits.order_rate_per_second, provider))
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

/// What one look has seen.
struct Sight {
    provider: ProviderState,
    /// Seconds since any processor gave a sign of life.
    silence: Option<f64>,
    /// The partitions that are there, and that somebody has begun.
    logs: BTreeMap<i32, SeenLog>,
    /// When they were seen.
    seen_at: Instant,
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
        Ok(Self { provider, silence, logs, seen_at: Instant::now() })
    }

    /// Returns how fast the commands of a drop are handled. A drop whose log is not seen holds up
    /// nobody else.
    fn handling(&self, flash_drop: &LiveDrop, before: Option<&Handling>) -> Option<Handling> {
        let log = *self.logs.get(&flash_drop.partition)?;
        let order_rate = flash_drop.limits.order_rate_per_second;
        Some(Handling::after(before, log, self.seen_at, order_rate))
    }

    /// Returns how the provider does as far as it matters to a drop: nobody pays for a pass.
    const fn provider_for(&self, fulfilment: Fulfilment) -> ProviderState {
        if fulfilment.has_stock() { self.provider } else { ProviderState::Answers }
    }

    /// Returns what that says to the drain of a drop with this order rate, for which the provider
    /// does like this.
    fn reading(&self, handling: &Handling, order_rate: f64, provider: ProviderState) -> Reading {
        let room = handling.room(order_rate);
        let flow = flow(provider, self.silence, room);
        Reading { flow, room, generation: handling.generation(), seen_at: self.seen_at }
    }
}

/// Decides how people may be let in where so many more commands may wait.
fn flow(provider: ProviderState, silence: Option<f64>, room: u32) -> Flow {
    if silence.is_none_or(|silence| silence > SILENCE_S) {
        return Flow::Blocked(HoldUp::NoProcessor);
    }
    if provider == ProviderState::Away {
        return Flow::Blocked(HoldUp::ProviderAway);
    }
    if room == 0 {
        return Flow::Blocked(HoldUp::CommandsWait);
    }
    match provider {
        ProviderState::Tried => Flow::Slow,
        ProviderState::Answers | ProviderState::Away => Flow::Free,
    }
}

fn log_change(drop_id: DropId, before: Flow, now: Flow) {
    match now {
        Flow::Blocked(why) if before != now => {
            tracing::warn!(drop.id = %drop_id, %why, "admission to drop {drop_id} waits: {why}");
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
        let silent = |silence| flow(ProviderState::Answers, silence, 1);
        assert_eq!(silent(AWAKE), Flow::Free);
        assert!(is_blocked(silent(None)));
        assert!(is_blocked(silent(Some(5.1))));
    }

    #[test]
    fn commands_that_wait_hold_up_those_to_come() {
        assert_eq!(flow(ProviderState::Answers, AWAKE, 1), Flow::Free);
        assert!(is_blocked(flow(ProviderState::Answers, AWAKE, 0)));
    }

    #[test]
    fn a_provider_that_is_tried_gets_a_few() {
        assert_eq!(flow(ProviderState::Tried, AWAKE, 1), Flow::Slow);
        assert!(is_blocked(flow(ProviderState::Away, AWAKE, 1)));
        assert!(is_blocked(flow(ProviderState::Tried, AWAKE, 0)));
    }

    fn sight(provider: ProviderState) -> Sight {
        Sight { provider, silence: AWAKE, logs: BTreeMap::new(), seen_at: Instant::now() }
    }

    #[test]
    fn a_provider_that_is_away_holds_up_nobody_who_gets_a_pass() {
        let sight = sight(ProviderState::Away);
        assert_eq!(sight.provider_for(Fulfilment::Auto), ProviderState::Away);
        assert_eq!(sight.provider_for(Fulfilment::Pass), ProviderState::Answers);
    }

    #[test]
    fn a_slow_order_rate_has_few_commands_waiting() {
        let log = |end| SeenLog { generation: 3, next_offset: 40, end };
        let said = |end, order_rate| {
            let sight = sight(ProviderState::Answers);
            let handling = Handling::after(None, log(end), sight.seen_at, order_rate);
            let Reading { flow, room, generation, .. } =
                sight.reading(&handling, order_rate, sight.provider);
            (is_blocked(flow), room, generation)
        };
        assert_eq!(said(40, 1.0 / 60.0), (false, 1, 3));
        assert_eq!(said(41, 1.0 / 60.0), (true, 0, 3));
        assert_eq!(said(41, 200.0), (false, 2019, 3));
    }
}
