//! What one look has seen of those behind the lines, and what that says to the drain of each drop.

use super::{
    handling::Handling,
    reading::{Flow, HoldUp, Reading},
};
use crate::{
    app::App,
    kafka_log::{self, SeenLog},
    provider_state::ProviderState,
};
use database::{
    selling::{
        history::{self, DropStrain},
        scheduling::LiveDrop,
    },
    workers::heartbeats,
};
use shared::{
    decide::easing::{Easing, Strain, StrainCause},
    drops::Fulfilment,
    ids::DropId,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Processors that are silent for longer than this count as dead.
const SILENCE_S: f64 = 5.0;
/// How long batches and calls are remembered; they are written down once a second.
const REMEMBERED: Duration = Duration::from_secs(3);

/// What one look has seen.
pub(super) struct Sight {
    provider: ProviderState,
    /// Seconds since any processor gave a sign of life.
    silence: Option<f64>,
    /// The partitions that are there, and that somebody has begun.
    logs: BTreeMap<i32, SeenLog>,
    /// How hard orders were lately.
    strains: BTreeMap<DropId, DropStrain>,
    /// When they were seen.
    seen_at: Instant,
}

/// How a drop does, from look to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct DropPace {
    handling: Handling,
    easing: Easing,
    /// How many may be let in until the next look, and why no more; `None` while the limits decide.
    eased: Option<(u32, StrainCause)>,
}

impl Sight {
    pub(super) async fn take(
        app: &App,
        drops: &[Arc<LiveDrop>],
        provider: ProviderState,
    ) -> anyhow::Result<Self> {
        let partitions: Vec<i32> = drops.iter().map(|flash_drop| flash_drop.partition).collect();
        let drop_ids: Vec<DropId> = drops.iter().map(|flash_drop| flash_drop.id).collect();
        let silence = heartbeats::silence(&app.pool, "orders").await?;
        let strains = history::strain(&app.pool, &drop_ids, REMEMBERED).await?;
        let logs = kafka_log::look(app, &app.topics.order_commands, &partitions).await?;
        Ok(Self { provider, silence, logs, strains, seen_at: Instant::now() })
    }

    /// Returns how a drop does, by this look and the one before. One whose log is not seen holds up
    /// nobody else.
    pub(super) fn pace(
        &self,
        flash_drop: &LiveDrop,
        before: Option<&DropPace>,
    ) -> Option<DropPace> {
        let log = *self.logs.get(&flash_drop.partition)?;
        let limits = flash_drop.limits;
        let last = before.map(|before| &before.handling);
        let handling = Handling::after(last, log, self.seen_at, limits.order_rate_per_second);
        let elapsed = last.map(|last| self.seen_at.duration_since(last.seen_at()));
        let seen = self.strains.get(&flash_drop.id).copied().unwrap_or_default();
        let strain = Strain {
            rate_per_second: limits.admission_rate_per_second,
            pace_per_second: handling.pace(limits.order_rate_per_second),
            lag_s: handling.lag_s(limits.order_rate_per_second),
            commit_s: f64::from(seen.commit_ms) / 1000.0,
            failed_per_second: seen.provider_errors as f64 / REMEMBERED.as_secs_f64(),
        };
        let mut easing = before.map(|before| before.easing).unwrap_or_default();
        let eased = easing.look(&strain, elapsed.unwrap_or_default());
        Some(DropPace { handling, easing, eased })
    }

    /// Returns what that says to the drain of a drop with this order rate, for which the provider does
    /// like this.
    pub(super) fn reading(
        &self,
        pace: &DropPace,
        order_rate: f64,
        provider: ProviderState,
    ) -> Reading {
        let room = pace.handling.room(order_rate);
        let (flow, room) = match (flow(provider, self.silence, room), pace.eased) {
            (Flow::Free, Some((n, cause))) => (Flow::Eased(eased_by(cause)), room.min(n)),
            (flow, _) => (flow, room),
        };
        Reading { flow, room, generation: pace.handling.generation(), seen_at: self.seen_at }
    }

    /// Returns how the provider does as far as it matters to a drop: nobody pays for a pass.
    pub(super) const fn provider_for(&self, fulfilment: Fulfilment) -> ProviderState {
        if fulfilment.sells() { self.provider } else { ProviderState::Answers }
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

const fn eased_by(cause: StrainCause) -> HoldUp {
    match cause {
        StrainCause::Lag => HoldUp::EasedByLag,
        StrainCause::Commits => HoldUp::EasedByCommits,
        StrainCause::Provider => HoldUp::EasedByProvider,
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
        let (logs, strains) = (BTreeMap::new(), BTreeMap::new());
        Sight { provider, silence: AWAKE, logs, strains, seen_at: Instant::now() }
    }

    #[test]
    fn a_provider_that_is_away_holds_up_nobody_who_gets_a_pass() {
        let sight = sight(ProviderState::Away);
        assert_eq!(sight.provider_for(Fulfilment::Auto), ProviderState::Away);
        assert_eq!(sight.provider_for(Fulfilment::Pass), ProviderState::Answers);
    }

    fn pace(sight: &Sight, n_waiting: i64, order_rate: f64) -> DropPace {
        let log = SeenLog { generation: 3, next_offset: 40, end: 40 + n_waiting };
        let handling = Handling::after(None, log, sight.seen_at, order_rate);
        DropPace { handling, easing: Easing::default(), eased: None }
    }

    #[test]
    fn a_slow_order_rate_has_few_commands_waiting() {
        let said = |n_waiting, order_rate| {
            let sight = sight(ProviderState::Answers);
            let pace = pace(&sight, n_waiting, order_rate);
            let Reading { flow, room, generation, .. } =
                sight.reading(&pace, order_rate, sight.provider);
            (is_blocked(flow), room, generation)
        };
        assert_eq!(said(0, 1.0 / 60.0), (false, 1, 3));
        assert_eq!(said(1, 1.0 / 60.0), (true, 0, 3));
        assert_eq!(said(1, 200.0), (false, 2019, 3));
    }

    #[test]
    fn fewer_are_let_in_while_something_is_strained_unless_it_is_worse() {
        let sight = sight(ProviderState::Answers);
        let eased = Some((7, StrainCause::Commits));
        let pace = DropPace { eased, ..pace(&sight, 0, 200.0) };
        let said = |provider| {
            let reading = sight.reading(&pace, 200.0, provider);
            (reading.flow, reading.room)
        };
        let few = (Flow::Eased(HoldUp::EasedByCommits), 7);
        assert_eq!(said(ProviderState::Answers), few);
        assert_eq!(said(ProviderState::Tried), (Flow::Slow, 2020));
        assert!(is_blocked(said(ProviderState::Away).0));
    }
}
