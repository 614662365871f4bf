//! What the roles of this process notice of each drop, until its history is written.

use parking_lot::Mutex;
use shared::ids::DropId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::Instant;

/// How long a drop counts as lively after something went on in it.
const LIVELY: Duration = Duration::from_secs(10);

/// What the roles notice; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulse(Arc<Mutex<BTreeMap<DropId, Noticed>>>);

/// What was noticed of a drop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noticed {
    /// Whether its drain is in this process.
    pub(crate) is_drained: bool,
    /// What holds those up who wait, as a stable code.
    pub(crate) held_up_by: Option<&'static str>,
    /// When the command was admitted that has waited longest of those at hand, microseconds of Redis
    /// time; `None` if none is.
    pub(crate) oldest_command_us: Option<i64>,
    /// How long the slowest batch took since the last look, and the first of its commands waited.
    pub(crate) commit: Option<CommitTimes>,
    /// Calls to the provider without a clear answer since the last look.
    pub(crate) provider_errors: i32,
    /// When something last went on.
    pub(crate) lively_at: Option<Instant>,
}

/// Times of a batch of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CommitTimes {
    /// From the begin of the transaction to its end.
    pub(crate) took: Duration,
    /// From the admission of its first command to its end.
    pub(crate) waited: Duration,
}

/// The drain of a drop, for as long as it is in this process.
pub(crate) struct DrainPulse {
    pulse: Pulse,
    drop_id: DropId,
}

/// The commands of a drop that a processor has at hand.
pub(crate) struct CommandsAtHand {
    pulse: Pulse,
    drop_id: DropId,
}

impl Noticed {
    /// Whether something has gone on lately.
    pub(crate) fn is_lively(&self) -> bool {
        self.lively_at.is_some_and(|lively_at| lively_at.elapsed() < LIVELY)
    }

    /// Whether nobody may have anything to say of the drop any more.
    fn is_over(&self) -> bool {
        !self.is_drained && self.oldest_command_us.is_none() && !self.is_lively()
    }
}

impl Pulse {
    /// Begins to hear from the drain of a drop.
    pub(crate) fn of_drain(&self, drop_id: DropId) -> DrainPulse {
        self.change(drop_id, |noticed| noticed.is_drained = true);
        DrainPulse { pulse: self.clone(), drop_id }
    }

    /// Begins to hear from a processor that has commands of a drop at hand.
    pub(crate) fn of_commands(&self, drop_id: DropId) -> CommandsAtHand {
        CommandsAtHand { pulse: self.clone(), drop_id }
    }

    /// Notes a call to the provider that got no clear answer.
    pub(crate) fn provider_failed(&self, drop_id: DropId) {
        self.change(drop_id, |noticed| {
            noticed.provider_errors = noticed.provider_errors.saturating_add(1);
            noticed.lively_at = Some(Instant::now());
        });
    }

    /// Returns what was noticed of each drop. What is counted and measured begins anew then.
    pub(crate) fn look(&self) -> Vec<(DropId, Noticed)> {
        let mut drops = self.0.lock();
        let seen = drops.iter().map(|(drop_id, noticed)| (*drop_id, noticed.clone())).collect();
        drops.retain(|_, noticed| {
            (noticed.commit, noticed.provider_errors) = (None, 0);
            !noticed.is_over()
        });
        seen
    }

    fn change(&self, drop_id: DropId, change: impl FnOnce(&mut Noticed)) {
        change(self.0.lock().entry(drop_id).or_default());
    }
}

impl DrainPulse {
    /// Notes what the drain has found.
    pub(crate) fn found(&self, somebody_waits: bool, held_up_by: Option<&'static str>) {
        self.pulse.change(self.drop_id, |noticed| {
            noticed.held_up_by = held_up_by;
            if somebody_waits {
                noticed.lively_at = Some(Instant::now());
            }
        });
    }
}

impl Drop for DrainPulse {
    fn drop(&mut self) {
        self.pulse.change(self.drop_id, |noticed| {
            (noticed.is_drained, noticed.held_up_by) = (false, None);
        });
    }
}

impl CommandsAtHand {
    /// Notes when the first of them was admitted, microseconds of Redis time.
    pub(crate) fn first_is(&self, admitted_at_us: i64) {
        self.pulse.change(self.drop_id, |noticed| {
            noticed.oldest_command_us = Some(admitted_at_us);
            noticed.lively_at = Some(Instant::now());
        });
    }

    /// Notes how long a batch of them took.
    pub(crate) fn committed(&self, times: CommitTimes) {
        self.pulse.change(self.drop_id, |noticed| {
            noticed.commit = Some(noticed.commit.map_or(times, |before| before.worst(times)));
        });
    }
}

impl Drop for CommandsAtHand {
    fn drop(&mut self) {
        self.pulse.change(self.drop_id, |noticed| noticed.oldest_command_us = None);
    }
}

impl CommitTimes {
    fn worst(self, other: Self) -> Self {
        Self { took: self.took.max(other.took), waited: self.waited.max(other.waited) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(pulse: &Pulse) -> Noticed {
        let seen = pulse.look();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].1.clone()
    }

    fn times(took_ms: u64, waited_ms: u64) -> CommitTimes {
        CommitTimes {
            took: Duration::from_millis(took_ms),
            waited: Duration::from_millis(waited_ms),
        }
    }

    #[test]
    fn what_is_counted_begins_anew_with_each_look_and_what_is_a_state_stays() {
        let (pulse, drop_id) = (Pulse::default(), DropId::generate());
        let (drain, commands) = (pulse.of_drain(drop_id), pulse.of_commands(drop_id));
        drain.found(true, Some("stock"));
        commands.first_is(7);
        commands.committed(times(3, 90));
        commands.committed(times(5, 20));
        pulse.provider_failed(drop_id);

        let first = look(&pulse);
        assert_eq!((first.commit, first.provider_errors), (Some(times(5, 90)), 1));
        let second = look(&pulse);
        assert_eq!((second.commit, second.provider_errors), (None, 0));
        assert_eq!((second.oldest_command_us, second.is_drained), (Some(7), true));
        assert_eq!(second.held_up_by, Some("stock"));
        drop(commands);
        assert_eq!(look(&pulse).oldest_command_us, None);
    }

    #[test]
    fn a_drop_is_forgotten_once_nobody_has_it_and_nothing_goes_on() {
        let (pulse, drop_id) = (Pulse::default(), DropId::generate());
        let drain = pulse.of_drain(drop_id);
        assert!(!look(&pulse).is_lively(), "nobody waits");
        drain.found(true, None);
        assert!(look(&pulse).is_lively());
        drop(drain);
        assert!(look(&pulse).is_lively() && !look(&pulse).is_drained);
        pulse.change(drop_id, |noticed| noticed.lively_at = Some(Instant::now() - LIVELY));
        pulse.look();
        assert!(pulse.look().is_empty());
    }
}
