//! One look every few seconds at the logs of all partitions, which their processors share.
//!
//! A wiped log that has grown past our offset would be read on without a word.

use super::read_position::ReadPosition;
use crate::{
    app::App,
    causes::with_causes,
    kafka_log::{self, SeenLog},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What the last look has found.
#[derive(Clone, Debug)]
pub(super) struct LastLook {
    began_at: Instant,
    /// The logs of the partitions that are there, or why none could be seen.
    logs: Result<BTreeMap<i32, SeenLog>, String>,
}

/// Shows the last look to the processor of a partition.
#[derive(Clone, Debug)]
pub(super) struct Looks(watch::Receiver<LastLook>);

/// What a look says of a partition that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogJudgement {
    /// Its log is the one that is read; so many commands wait in it.
    Same { lag: i64 },
    /// Its log has to be looked at closely.
    Doubtful,
}

/// Looks until told to stop.
pub(super) async fn keep_looking(
    app: &App,
    sender: &watch::Sender<LastLook>,
    stop: &CancellationToken,
) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let (began_at, partitions) = (Instant::now(), app.drops.partitions());
        let logs = kafka_log::look(app, &app.topics.order_commands, &partitions).await;
        sender.send_replace(LastLook { began_at, logs: logs.map_err(with_causes) });
    }
}

impl Looks {
    /// Returns where the looks go and who sees them. At first nothing was seen.
    pub(super) fn channel() -> (watch::Sender<LastLook>, Self) {
        let nothing = LastLook { began_at: Instant::now(), logs: Ok(BTreeMap::new()) };
        let (sender, receiver) = watch::channel(nothing);
        (sender, Self(receiver))
    }

    /// Returns what the last look says, if it was not asked yet and began after `since`, when the
    /// position was found; `None` otherwise.
    ///
    /// # Errors
    ///
    /// Returns why the look saw nothing.
    pub(super) fn judgement(
        &mut self,
        position: ReadPosition,
        since: Instant,
    ) -> anyhow::Result<Option<LogJudgement>> {
        if !self.0.has_changed().unwrap_or(false) {
            return Ok(None);
        }
        let found = self.0.borrow_and_update();
        if found.began_at < since {
            return Ok(None);
        }
        match &found.logs {
            Ok(logs) => Ok(Some(judge(logs.get(&position.partition), position))),
            Err(error) => anyhow::bail!("could not look at the logs: {error}"),
        }
    }
}

fn judge(log: Option<&SeenLog>, position: ReadPosition) -> LogJudgement {
    match log {
        Some(log) if log.generation == position.generation && log.end >= log.next_offset => {
            LogJudgement::Same { lag: log.end - log.next_offset }
        }
        _ => LogJudgement::Doubtful,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITION: ReadPosition = ReadPosition { partition: 3, generation: 2, next_offset: 50 };

    fn seen(generation: i64, next_offset: i64, end: i64) -> SeenLog {
        SeenLog { generation, next_offset, end }
    }

    #[test]
    fn a_look_that_is_older_than_our_last_commit_finds_nothing_wrong() {
        let judgement = judge(Some(&seen(2, 40, 45)), POSITION);
        assert_eq!(judgement, LogJudgement::Same { lag: 5 });
    }

    #[test]
    fn another_log_is_doubtful() {
        for log in [Some(seen(3, 50, 60)), Some(seen(2, 50, 49)), None] {
            assert_eq!(judge(log.as_ref(), POSITION), LogJudgement::Doubtful, "{log:?}");
        }
    }

    #[test]
    fn a_look_counts_once_and_only_if_it_began_later() {
        let (sender, mut looks) = Looks::channel();
        let since = Instant::now();
        let found =
            |began_at| LastLook { began_at, logs: Ok(BTreeMap::from([(3, seen(1, 0, 0))])) };
        sender.send_replace(found(since - LOOK_EVERY));
        assert_eq!(looks.judgement(POSITION, since).unwrap(), None);
        sender.send_replace(found(since + LOOK_EVERY));
        assert_eq!(looks.judgement(POSITION, since).unwrap(), Some(LogJudgement::Doubtful));
        assert_eq!(looks.judgement(POSITION, since).unwrap(), None);
        sender.send_replace(LastLook { logs: Err("away".into()), ..found(since + LOOK_EVERY) });
        assert!(looks.judgement(POSITION, since).is_err());
    }
}
