//! When a drain looks at its room again, and whether it may tell whom it has let in.
//!
//! It is woken by whatever may let somebody in: a join into a line that was empty, units or slots
//! that came back, a change of the drop. What is decided here is how long it sleeps when nothing
//! wakes it: until the rate has a token, or else as long as a wake that was lost may cost.

use crate::line::{Admission, AdmitBlock, Epoch};
use std::time::Duration;

/// Somebody waits, and what holds them up may be gone without a word.
const SAFETY: Duration = Duration::from_millis(500);
/// Nobody waits, or time changes nothing: a wake that is lost shows in its subscription long before.
const IDLE: Duration = Duration::from_secs(30);
/// Pause between two small batches while it is not known whether anybody can pay.
const SLOW: Duration = Duration::from_secs(1);

/// What a drain has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainFinding {
    /// The drop's row lets nobody in.
    Asleep,
    /// Nobody waits.
    NobodyWaits,
    /// Nobody is let in until the order processors or the payment provider are well.
    HeldUp,
    /// A few were let in, and there may be more.
    Slow,
    /// Redis did not answer, or has no room of this epoch.
    Unknown,
    /// Redis answered.
    Answered {
        /// Why nobody else was let in; `None` if as many were as were asked for.
        blocked_by: Option<AdmitBlock>,
        /// When time alone may let somebody in.
        next_due: Option<Duration>,
    },
}

impl DrainFinding {
    /// Returns what an answer of Redis tells.
    #[must_use]
    pub const fn of(admission: &Admission) -> Self {
        Self::Answered { blocked_by: admission.blocked_by, next_due: admission.next_due }
    }

    /// Whether there may be somebody who could be let in soon.
    #[must_use]
    pub const fn somebody_waits(self) -> bool {
        match self {
            Self::Asleep | Self::NobodyWaits => false,
            Self::HeldUp | Self::Slow | Self::Unknown => true,
            Self::Answered { blocked_by, .. } => !is_idle(blocked_by),
        }
    }
}

/// Returns how long a drain sleeps after what it found, unless it is woken; never less than `every`.
#[must_use]
pub fn next_look(finding: DrainFinding, every: Duration) -> Duration {
    let pause = match finding {
        DrainFinding::Asleep | DrainFinding::NobodyWaits => IDLE,
        DrainFinding::HeldUp | DrainFinding::Unknown => SAFETY,
        DrainFinding::Slow => SLOW,
        DrainFinding::Answered { blocked_by, next_due } => after_answer(blocked_by, next_due),
    };
    pause.max(every)
}

/// Whether those who were let in in this epoch may be told, with the epoch that the drop's row has by
/// now; `None` if the drop is not being sold any more.
///
/// Redis alone cannot say so: a master that was replaced and does not know it goes on in the old epoch.
#[must_use]
pub fn may_tell(admitted_in: Epoch, row: Option<Epoch>) -> bool {
    row == Some(admitted_in)
}

fn after_answer(blocked_by: Option<AdmitBlock>, next_due: Option<Duration>) -> Duration {
    match blocked_by {
        None | Some(AdmitBlock::Absent) => Duration::ZERO,
        Some(AdmitBlock::Rate) => next_due.map_or(SAFETY, |due| due.min(SAFETY)),
        // A line that has just opened is served as soon as it may be.
        Some(AdmitBlock::NotOpen | AdmitBlock::Grace) => {
            next_due.map_or(SAFETY, |due| due.min(IDLE))
        }
        Some(AdmitBlock::Occupancy | AdmitBlock::Stock) => SAFETY,
        Some(
            AdmitBlock::Paused
            | AdmitBlock::Hold
            | AdmitBlock::Maintenance
            | AdmitBlock::Stopped
            | AdmitBlock::Closed
            | AdmitBlock::Empty,
        ) => IDLE,
    }
}

const fn is_idle(blocked_by: Option<AdmitBlock>) -> bool {
    match blocked_by {
        Some(
            AdmitBlock::Paused
            | AdmitBlock::Hold
            | AdmitBlock::Maintenance
            | AdmitBlock::Stopped
            | AdmitBlock::Closed
            | AdmitBlock::Empty,
        ) => true,
        None
        | Some(
            AdmitBlock::Rate
            | AdmitBlock::Occupancy
            | AdmitBlock::Stock
            | AdmitBlock::NotOpen
            | AdmitBlock::Grace
            | AdmitBlock::Absent,
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(20);

    fn after(blocked_by: Option<AdmitBlock>, next_due_ms: Option<u64>) -> Duration {
        let next_due = next_due_ms.map(Duration::from_millis);
        next_look(DrainFinding::Answered { blocked_by, next_due }, EVERY)
    }

    #[test]
    fn at_a_rate_the_next_token_is_waited_for_but_batches_are_gathered() {
        assert_eq!(after(Some(AdmitBlock::Rate), Some(70)), Duration::from_millis(70));
        assert_eq!(after(Some(AdmitBlock::Rate), Some(1)), EVERY);
        assert_eq!(after(None, None), EVERY, "a full batch is followed by the next one");
        assert_eq!(after(Some(AdmitBlock::Absent), None), EVERY, "so are many absent people");
    }

    #[test]
    fn a_lost_wake_costs_those_who_wait_half_a_second_at_most() {
        for blocked_by in [AdmitBlock::Rate, AdmitBlock::Occupancy, AdmitBlock::Stock] {
            for due_ms in [None, Some(60_000)] {
                assert_eq!(after(Some(blocked_by), due_ms), SAFETY, "{blocked_by:?} {due_ms:?}");
            }
        }
        assert_eq!(next_look(DrainFinding::HeldUp, EVERY), SAFETY);
        assert_eq!(next_look(DrainFinding::Unknown, EVERY), SAFETY);
    }

    #[test]
    fn a_room_where_nobody_can_be_let_in_is_seldom_looked_at() {
        for blocked_by in [AdmitBlock::Empty, AdmitBlock::Paused, AdmitBlock::Closed] {
            assert_eq!(after(Some(blocked_by), None), IDLE);
        }
        assert_eq!(after(Some(AdmitBlock::NotOpen), Some(3_600_000)), IDLE);
        assert_eq!(next_look(DrainFinding::Asleep, EVERY), IDLE);
        assert_eq!(next_look(DrainFinding::NobodyWaits, EVERY), IDLE);
    }

    #[test]
    fn a_line_that_may_move_at_a_known_time_is_looked_at_then() {
        assert_eq!(after(Some(AdmitBlock::NotOpen), Some(1_200)), Duration::from_millis(1_200));
        assert_eq!(after(Some(AdmitBlock::Grace), Some(300)), Duration::from_millis(300));
    }

    #[test]
    fn a_long_pause_between_batches_holds_whatever_was_found() {
        let every = Duration::from_secs(40);
        for finding in [DrainFinding::Asleep, DrainFinding::HeldUp, DrainFinding::Slow] {
            assert_eq!(next_look(finding, every), every);
        }
    }

    #[test]
    fn nobody_is_told_in_an_epoch_that_is_over() {
        assert!(may_tell(Epoch(3), Some(Epoch(3))));
        assert!(!may_tell(Epoch(3), Some(Epoch(4))));
        assert!(!may_tell(Epoch(3), None), "the drop is not being sold any more");
    }

    #[test]
    fn nobody_waits_where_nobody_could_be_let_in() {
        let answered = |blocked_by| DrainFinding::Answered { blocked_by, next_due: None };
        let idle = [
            AdmitBlock::Paused,
            AdmitBlock::Hold,
            AdmitBlock::Maintenance,
            AdmitBlock::Stopped,
            AdmitBlock::Closed,
            AdmitBlock::Empty,
        ];
        for blocked_by in AdmitBlock::ALL {
            let is_idle = idle.contains(blocked_by);
            assert_eq!(answered(Some(*blocked_by)).somebody_waits(), !is_idle, "{blocked_by:?}");
        }
        assert!(answered(None).somebody_waits());
        assert!(DrainFinding::HeldUp.somebody_waits(), "nobody knows");
    }
}
