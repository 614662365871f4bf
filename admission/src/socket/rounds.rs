//! Who is looked at when limits change: all, in rounds over their seats. A round goes by ticks, so that a
//! large room is no burst. Pure: the time is passed in.
//!
//! The first change begins a round at once; what changes in the second after that waits for the next. A
//! ramp moves the limits each second, and each step alone is hardly worth a look at everybody. So limits
//! that moved by no more than a fifth since the last round wait until that is a few seconds ago.

use super::{cadence::TICK, seats::SeatId};
use crate::room::RoomLimits;
use std::{
    mem,
    ops::Range,
    time::{Duration, Instant},
};

/// Ticks of a round.
const N_TICKS: SeatId = 6;
/// Seats of a tick, where so many are left: as many frames are no burst.
const LEAST: SeatId = 1000;
/// Least time from one round to the next.
const PAUSE: Duration = Duration::from_secs(1);
/// The same where limits moved by no more than a fifth.
const LONG_PAUSE: Duration = Duration::from_secs(3);

/// How far those who listen have been looked at since limits changed.
#[derive(Default)]
pub(super) struct Rounds {
    /// The limits at the begin of the last round; before the first, those that were found.
    limits: Option<RoomLimits>,
    last: Option<Round>,
}

struct Round {
    begun_at: Instant,
    /// Those who listen from then on are told the latest anyway.
    end: SeatId,
    /// The first seat that is still to be looked at.
    next: SeatId,
}

impl Rounds {
    /// Returns the seats to look at now, of those below `end`, in a room with these limits.
    pub(super) fn advance(
        &mut self,
        limits: Option<RoomLimits>,
        end: SeatId,
        now: Instant,
    ) -> Range<SeatId> {
        if let Some(limits) = limits
            && self.is_due(limits, now)
        {
            self.limits = Some(limits);
            self.last = Some(Round { begun_at: now, end, next: 0 });
        }
        self.last.as_mut().map_or(0..0, |round| round.advance(now))
    }

    /// Whether a round begins now.
    fn is_due(&mut self, limits: RoomLimits, now: Instant) -> bool {
        let before = *self.limits.get_or_insert(limits);
        if limits == before {
            return false;
        }
        let pause = if limits.is_far_from(before) { PAUSE } else { LONG_PAUSE };
        self.last.as_ref().is_none_or(|last| now.duration_since(last.begun_at) >= pause)
    }
}

impl Round {
    /// Goes on to where it should be now.
    fn advance(&mut self, now: Instant) -> Range<SeatId> {
        let elapsed = now.duration_since(self.begun_at).as_millis() / TICK.as_millis();
        let n_ticks = SeatId::try_from(elapsed + 1).unwrap_or(SeatId::MAX);
        let a_tick = self.end.div_ceil(N_TICKS).max(LEAST);
        let next = a_tick.saturating_mul(n_ticks).min(self.end);
        mem::replace(&mut self.next, next)..next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{drops::DropMode, line::Configured};

    const FEW: SeatId = 30;

    fn limits(rate: u64) -> Option<RoomLimits> {
        let configured = Configured {
            mode: DropMode::Running,
            mode_until_us: None,
            admission_rate_micro: rate * 1_000_000,
            occupancy_cap: 100,
            message: None,
        };
        Some((&configured).into())
    }

    /// When rounds begin, in milliseconds, while the rate is that of the last of these changes. It is
    /// looked at with each tick, in a room of a few.
    fn rounds(changes: &[(u64, u64)]) -> Vec<u64> {
        let (begin, mut rounds) = (Instant::now(), Rounds::default());
        let tick_ms = TICK.as_millis() as u64;
        let begins = |ms: &u64| {
            let last = changes.iter().rfind(|(at_ms, _)| at_ms <= ms);
            let rate = last.map_or(100, |(_, rate)| *rate);
            let now = begin + Duration::from_millis(*ms);
            !rounds.advance(limits(rate), FEW, now).is_empty()
        };
        (0..150).map(|tick| tick * tick_ms).filter(begins).collect()
    }

    #[test]
    fn a_large_room_is_gone_through_in_six_ticks_and_a_small_one_in_one() {
        let begin = Instant::now();
        let seats = |n_seats| {
            let mut rounds = Rounds::default();
            assert!(rounds.advance(limits(10), n_seats, begin).is_empty(), "nothing has changed");
            let of_tick = |tick: u32| rounds.advance(limits(20), n_seats, begin + TICK * tick);
            (0..8).map(of_tick).filter(|seats| !seats.is_empty()).collect::<Vec<_>>()
        };
        let large = seats(90_000);
        assert_eq!(large.len(), 6);
        assert_eq!(large[..2], [0..15_000, 15_000..30_000]);
        assert_eq!(large[5], 75_000..90_000);
        assert_eq!(seats(1000).first(), Some(&(0..1000)));
        assert_eq!(seats(1001), [0..1000, 1000..1001]);
        assert!(seats(0).is_empty());
    }

    #[test]
    fn whoever_comes_late_goes_on_to_where_the_round_should_be() {
        let (begin, mut rounds) = (Instant::now(), Rounds::default());
        rounds.advance(limits(10), 60_000, begin);
        assert_eq!(rounds.advance(limits(20), 60_000, begin), 0..10_000);
        assert!(rounds.advance(limits(20), 60_000, begin).is_empty(), "the same tick");
        assert_eq!(rounds.advance(limits(20), 60_000, begin + TICK * 3), 10_000..40_000);
        let much_later = begin + Duration::from_secs(1_000_000);
        assert_eq!(rounds.advance(limits(20), 60_000, much_later), 40_000..60_000);
    }

    #[test]
    fn changes_within_a_second_are_one_round_and_the_first_has_one_at_once() {
        assert_eq!(rounds(&[(500, 200), (600, 300), (900, 50), (1400, 400)]), [500, 1500]);
        assert_eq!(rounds(&[(500, 101)]), [500], "however small it is");
        let back_again = [(500, 200), (600, 300), (900, 200)];
        assert_eq!(rounds(&back_again), [500], "nothing is new");
    }

    #[test]
    fn a_ramp_has_a_round_every_three_seconds_or_as_often_as_it_moves_by_a_fifth() {
        let ramp = |step: u64| (1..=9_u64).map(|n| (n * 1000, 100 + n * step)).collect::<Vec<_>>();
        assert_eq!(rounds(&ramp(1)), [1000, 4000, 7000, 10_000]);
        assert_eq!(rounds(&ramp(15)), [1000, 3000, 5000, 8000, 11_000]);
        assert_eq!(rounds(&ramp(500))[..4], [1000, 2000, 3000, 4000]);
    }

    #[test]
    fn limits_that_are_not_known_yet_begin_no_round() {
        let (now, mut rounds) = (Instant::now(), Rounds::default());
        assert!(rounds.advance(None, FEW, now).is_empty());
        assert!(rounds.advance(limits(10), FEW, now).is_empty(), "these are the first");
        assert!(rounds.advance(None, FEW, now).is_empty(), "a snapshot is taken");
        assert_eq!(rounds.advance(limits(20), FEW, now), 0..FEW, "they changed meanwhile");
    }
}
