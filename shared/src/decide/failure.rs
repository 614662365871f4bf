//! What the gate of a protected site does while the line gives no answer.
//!
//! A line that is silent for a moment is no outage: a server fails over, or a room is built anew, and
//! nobody loses their place by it. So a room is away once every look at it has failed for
//! [`AWAY_AFTER`]. Those who come in then have no ticket; what bounds them is a pace with a burst of one,
//! so that no minute has more of them than the policy says.

use crate::{
    drops::{DropMode, DropState, FailurePolicy},
    gcra::Gcra,
};
use std::time::{Duration, Instant};

/// How long looks at a room must have failed until it counts as away.
pub const AWAY_AFTER: Duration = Duration::from_secs(5);
/// People who may come in without a line per minute, at most.
pub const MOST_PER_MINUTE: u32 = 60_000;

/// Looks that are further apart than this tell of two outages.
const SAME_OUTAGE: Duration = Duration::from_secs(60);

/// What a gate does while its line gives no answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Nobody new comes in, and those inside stay for some seconds.
    #[default]
    Closed,
    /// Nobody new comes in, and those inside stay until their time is over.
    Hold,
    /// As `Hold`, and so many come in without a line.
    Open {
        /// People per minute, at most.
        per_minute: u32,
    },
}

/// What came of somebody's wish to come in without a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DoorStep {
    /// They are in.
    Through {
        /// The new theoretical arrival time, microseconds since 1970.
        tat_us: f64,
    },
    /// As many as may be are in.
    Later {
        /// When the next one may come in.
        after: Duration,
    },
}

/// How long a room has given no answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outage {
    began_at: Option<Instant>,
    looked_at: Option<Instant>,
}

impl OnFailure {
    /// Returns what a stored policy means. One that is open for nobody is closed.
    #[must_use]
    pub const fn of(policy: FailurePolicy, per_minute: Option<u32>) -> Self {
        match (policy, per_minute) {
            (FailurePolicy::Hold, _) => Self::Hold,
            (FailurePolicy::Open, Some(per_minute @ 1..)) => Self::Open { per_minute },
            (FailurePolicy::Closed | FailurePolicy::Open, _) => Self::Closed,
        }
    }

    /// Returns its name.
    #[must_use]
    pub const fn policy(self) -> FailurePolicy {
        match self {
            Self::Closed => FailurePolicy::Closed,
            Self::Hold => FailurePolicy::Hold,
            Self::Open { .. } => FailurePolicy::Open,
        }
    }

    /// Returns how many people come in per minute without a line; `None` for nobody.
    #[must_use]
    pub const fn per_minute(self) -> Option<u32> {
        match self {
            Self::Open { per_minute } => Some(per_minute),
            Self::Closed | Self::Hold => None,
        }
    }

    /// Whether those inside stay until their time is over while nobody can tell what became of them.
    #[must_use]
    pub const fn keeps_visits(self) -> bool {
        match self {
            Self::Hold | Self::Open { .. } => true,
            Self::Closed => false,
        }
    }

    /// Returns the pace at which people come in without a line, unless nobody may: a drop that is not
    /// open, or that an operator has stopped, lets nobody in that way either.
    #[must_use]
    pub fn pace(self, state: DropState, mode: DropMode) -> Option<Gcra> {
        let per_minute = self.per_minute().filter(|_| state == DropState::Open && mode.admits())?;
        Some(Gcra { interval_us: 60e6 / f64::from(per_minute), burst: 1.0 })
    }
}

/// Lets one person in at this pace, if the one before is long enough ago.
///
/// A pace that was raised since counts from now on: nobody waits longer than one turn of it.
#[must_use]
pub fn step(pace: &Gcra, tat_us: f64, now_us: f64) -> DoorStep {
    let tat_us = tat_us.min(now_us + pace.interval_us);
    match pace.take(Some(tat_us), now_us, 1) {
        (0, tat_us) => {
            let wait_us = pace.wait_us(tat_us, now_us);
            DoorStep::Later { after: Duration::from_micros(wait_us.ceil() as u64) }
        }
        (_, tat_us) => DoorStep::Through { tat_us },
    }
}

impl Outage {
    /// Takes in whether the room has answered a look that ended at `now`.
    pub fn note(&mut self, has_answered: bool, now: Instant) {
        let is_same = self.has_looked_within(SAME_OUTAGE, now);
        let began_at = self.began_at.filter(|_| is_same).unwrap_or(now);
        self.began_at = (!has_answered).then_some(began_at);
        self.looked_at = Some(now);
    }

    /// Whether the room is away. Not if nobody has looked lately.
    #[must_use]
    pub fn is_away(&self, now: Instant) -> bool {
        let is_long = |began_at| now.duration_since(began_at) >= AWAY_AFTER;
        self.began_at.is_some_and(is_long) && self.has_looked_within(AWAY_AFTER, now)
    }

    fn has_looked_within(&self, time: Duration, now: Instant) -> bool {
        self.looked_at.is_some_and(|at| now.duration_since(at) <= time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_US: f64 = 1_795_270_776_340_519.0;
    const OPEN: OnFailure = OnFailure::Open { per_minute: 7 };

    fn pace(per_minute: u32) -> Gcra {
        OnFailure::Open { per_minute }.pace(DropState::Open, DropMode::Running).unwrap()
    }

    #[test]
    fn a_policy_is_what_was_stored_and_closed_where_that_says_nothing() {
        for on_failure in [OnFailure::Closed, OnFailure::Hold, OPEN] {
            let stored = OnFailure::of(on_failure.policy(), on_failure.per_minute());
            assert_eq!(stored, on_failure);
        }
        for per_minute in [None, Some(0)] {
            assert_eq!(OnFailure::of(FailurePolicy::Open, per_minute), OnFailure::Closed);
        }
        assert!(!OnFailure::default().keeps_visits());
    }

    #[test]
    fn an_outage_lets_nobody_in_whom_the_operator_keeps_out() {
        for mode in DropMode::ALL {
            assert_eq!(OPEN.pace(DropState::Open, *mode).is_some(), mode.admits(), "{mode}");
        }
        for state in DropState::ALL {
            let is_open = *state == DropState::Open;
            assert_eq!(OPEN.pace(*state, DropMode::Running).is_some(), is_open, "{state}");
        }
        for shut in [OnFailure::Closed, OnFailure::Hold] {
            assert_eq!(shut.pace(DropState::Open, DropMode::Running), None);
        }
    }

    #[test]
    fn no_minute_has_more_people_than_the_policy_says() {
        for per_minute in [1, 7, 60, 601] {
            let (pace, mut tat_us, mut entered_us) = (pace(per_minute), 0.0, Vec::new());
            // Somebody asks each 10 ms, for three minutes.
            for tick in 0..18_000 {
                let now_us = NOW_US + f64::from(tick) * 10_000.0;
                if let DoorStep::Through { tat_us: next } = step(&pace, tat_us, now_us) {
                    tat_us = next;
                    entered_us.push(now_us);
                }
            }
            for first in &entered_us {
                let within = entered_us.iter().filter(|at| (0.0..60e6).contains(&(*at - first)));
                assert!(within.count() <= per_minute as usize, "{per_minute}");
            }
            assert!(!entered_us.is_empty(), "{per_minute}");
        }
    }

    #[test]
    fn who_comes_too_early_is_told_how_much() {
        let DoorStep::Through { tat_us } = step(&pace(60), 0.0, NOW_US) else { panic!("nobody") };
        let later = step(&pace(60), tat_us, NOW_US + 400_000.0);
        assert_eq!(later, DoorStep::Later { after: Duration::from_millis(600) });
        let faster = step(&pace(600), tat_us, NOW_US + 400_000.0);
        assert_eq!(faster, DoorStep::Later { after: Duration::from_millis(100) }, "it was raised");
    }

    #[test]
    fn a_room_is_away_once_it_has_been_silent_for_long_and_only_while_somebody_looks() {
        let (mut outage, start) = (Outage::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(!outage.is_away(start));
        outage.note(false, at(0));
        outage.note(false, at(4));
        assert!(!outage.is_away(at(4)), "a moment is no outage");
        outage.note(false, at(5));
        assert!(outage.is_away(at(5)));
        assert!(!outage.is_away(at(11)), "nobody knows any more");
        outage.note(true, at(12));
        assert!(!outage.is_away(at(12)));
        outage.note(false, at(13));
        outage.note(false, at(100));
        assert!(!outage.is_away(at(100)), "that was another outage");
    }
}
