//! The history of drops: what the roles of this process noticed of each, written once a second.
//!
//! A drop in which nothing goes on gets a row a minute, from what is known, and Redis is not asked about
//! it. Nothing waits for a row, and one that could not be written is missing.

use crate::{
    app::App,
    causes::with_causes,
    provider_state::{self, ProviderState},
    pulse::Noticed,
};
use database::selling::{
    history::{self, DropSample},
    scheduling::{EpochState, LiveDrop},
};
use shared::{
    drops::{DropMode, DropState},
    ids::DropId,
    line::RoomCounts,
    shutdown::Shutdown,
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tokio::time::{Instant, MissedTickBehavior, interval};

const EVERY: Duration = Duration::from_secs(1);
/// Pause between two rows of a drop in which nothing goes on.
const AT_REST: Duration = Duration::from_secs(60);

/// Writes until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let (soft, mut recorder) = (shutdown.soft(), Recorder::default());
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while soft.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = recorder.record(&app).await {
            let error = with_causes(error);
            tracing::debug!(error, "could not write the history of drops");
        }
    }
}

/// What is known of the drops that were written about.
#[derive(Default)]
struct Recorder {
    known: HashMap<DropId, Known>,
}

/// What is known of a drop.
#[derive(Clone, Copy, Default)]
struct Known {
    /// How its line was when it was last looked at.
    counts: Option<RoomCounts>,
    written_at: Option<Instant>,
}

impl Recorder {
    /// Writes a row for each drop that is due.
    async fn record(&mut self, app: &App) -> anyhow::Result<()> {
        let seen = app.pulse.look();
        let there: HashSet<DropId> = seen.iter().map(|(drop_id, _)| *drop_id).collect();
        self.known.retain(|drop_id, _| there.contains(drop_id));
        let (mut samples, mut redis_answers) = (Vec::new(), true);
        for (drop_id, noticed) in seen {
            let Some(flash_drop) = app.drops.find(drop_id) else { continue };
            let known = self.known.entry(drop_id).or_default();
            let is_lively = is_lively(&noticed, &flash_drop, *known);
            if !is_lively && known.written_at.is_some_and(|at| at.elapsed() < AT_REST) {
                continue;
            }
            if is_lively && noticed.is_drained && redis_answers {
                match count(app, &flash_drop).await {
                    Ok(counts) => known.counts = counts.or(known.counts),
                    // One that hangs would hold up the rows of all.
                    Err(_) => redis_answers = false,
                }
            }
            known.written_at = Some(Instant::now());
            let now_us = app.clock.now().as_microsecond();
            samples.push(sample(&flash_drop, &noticed, known.counts, now_us));
        }
        if samples.is_empty() {
            return Ok(());
        }
        let breaker = breaker(provider_state::look(app).await?);
        Ok(history::write(&app.pool, &samples, breaker).await?)
    }
}

/// Whether something goes on in a drop, or may without a word to its drain: people join a line that is
/// held.
fn is_lively(noticed: &Noticed, flash_drop: &LiveDrop, known: Known) -> bool {
    let is_held = flash_drop.state == DropState::Open && flash_drop.mode != DropMode::Running;
    let somebody_waits = known.counts.is_some_and(|counts| counts.waiting > 0);
    noticed.is_lively() || noticed.oldest_command_us.is_some() || is_held || somebody_waits
}

/// Looks at the line of a drop; `None` if it has none that can be used.
async fn count(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<Option<RoomCounts>> {
    if flash_drop.epoch_state != EpochState::Open {
        return Ok(None);
    }
    match app.queue.counts(flash_drop.id, flash_drop.epoch).await {
        Ok(counts) => Ok(Some(counts)),
        Err(error) if error.is_epoch() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts together what is written of a drop. Only the process with its drain says anything of the line.
fn sample(
    flash_drop: &LiveDrop,
    noticed: &Noticed,
    counts: Option<RoomCounts>,
    now_us: i64,
) -> DropSample {
    let counts = counts.filter(|_| noticed.is_drained);
    // As long as its drain finds nobody there, there is nobody.
    let is_empty = noticed.is_drained && !noticed.is_lively();
    let waiting = counts.map(|counts| bounded(u128::from(counts.waiting)));
    let admitted = |counts: RoomCounts| whole(counts.occupied.saturating_add(counts.ordered));
    DropSample {
        drop_id: flash_drop.id,
        waiting: waiting.or(is_empty.then_some(0)),
        joined: counts.map(|counts| whole(counts.joined)),
        admitted: counts.map(admitted),
        left: counts.map(|counts| whole(counts.left)),
        closed: counts.map(|counts| whole(counts.closed)),
        command_lag_ms: command_lag_ms(noticed, now_us),
        commit_ms: noticed.commit.map(|times| bounded(times.took.as_millis())),
        provider_errors: noticed.provider_errors,
        held_up_by: noticed.held_up_by,
    }
}

/// How long the command that has waited longest has waited; of those at hand and those committed.
fn command_lag_ms(noticed: &Noticed, now_us: i64) -> Option<i32> {
    let at_hand = noticed.oldest_command_us.map(|since_us| {
        let waited_us = u64::try_from(now_us.saturating_sub(since_us)).unwrap_or_default();
        bounded(u128::from(waited_us / 1000))
    });
    let committed = noticed.commit.map(|times| bounded(times.waited.as_millis()));
    at_hand.max(committed)
}

const fn breaker(state: ProviderState) -> i16 {
    match state {
        ProviderState::Answers => 0,
        ProviderState::Tried => 1,
        ProviderState::Away => 2,
    }
}

fn bounded(number: u128) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pulse::CommitTimes;

    fn times(waited_ms: u64) -> CommitTimes {
        CommitTimes { took: Duration::from_millis(4), waited: Duration::from_millis(waited_ms) }
    }

    #[test]
    fn the_lag_is_that_of_the_command_that_has_waited_longest() {
        let lag = |oldest_command_us, commit| {
            let noticed = Noticed { oldest_command_us, commit, ..Noticed::default() };
            command_lag_ms(&noticed, 5_000_000)
        };
        assert_eq!(lag(None, None), None);
        assert_eq!(lag(Some(3_000_000), None), Some(2000));
        assert_eq!(lag(Some(6_000_000), None), Some(0), "two clocks may differ");
        assert_eq!(lag(Some(4_000_000), Some(times(1500))), Some(1500));
        assert_eq!(lag(None, Some(times(7))), Some(7));
    }

    #[test]
    fn numbers_that_do_not_fit_are_as_large_as_may_be() {
        assert_eq!(bounded(u128::MAX), i32::MAX);
        assert_eq!(whole(u64::MAX), i64::MAX);
    }
}
