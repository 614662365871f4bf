//! Who is looked at when. Time goes by in ticks; each has a list of seats, so noting and finding
//! one costs the same however many there are. A note that was overtaken by an earlier one stays in
//! its list until its tick, and is passed over then.

use super::{cadence::TICK, seats::SeatId};
use std::{
    mem,
    time::{Duration, Instant},
};

/// Ticks ahead that have a list; who is due later is looked at before that and noted again.
const N_SLOTS: u64 = 256;

/// Lists of seats by tick.
pub(super) struct Wheel {
    begin: Instant,
    /// The last tick whose list was emptied.
    now: u64,
    slots: Vec<Vec<SeatId>>,
}

impl Wheel {
    /// Nobody is noted. `begin` is tick 0.
    pub(super) fn new(begin: Instant) -> Self {
        Self { begin, now: 0, slots: vec![Vec::new(); N_SLOTS as usize] }
    }

    /// The last tick that is over at `now`.
    pub(super) fn reached(&self, now: Instant) -> u64 {
        ticks(now.saturating_duration_since(self.begin))
    }

    /// The tick at which a seat that is due at `at` is looked at: never before that, except that
    /// no list is too far ahead.
    pub(super) fn tick_of(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.begin) + TICK - Duration::from_nanos(1);
        ticks(since).clamp(self.now + 1, self.now + N_SLOTS - 1)
    }

    /// Notes a seat for a tick of [`tick_of`](Self::tick_of).
    pub(super) fn note(&mut self, id: SeatId, tick: u64) {
        self.slots[(tick % N_SLOTS) as usize].push(id);
    }

    /// Empties the lists up to the present.
    pub(super) fn advance(&mut self, now: Instant, mut found: impl FnMut(SeatId)) {
        let now = self.reached(now);
        let n_lists = now.saturating_sub(self.now).min(N_SLOTS);
        for tick in self.now + 1..=self.now + n_lists {
            // Given back: kept, each of the lists would come to have room for everybody.
            mem::take(&mut self.slots[(tick % N_SLOTS) as usize]).into_iter().for_each(&mut found);
        }
        self.now = self.now.max(now);
    }
}

/// Whole ticks of a time.
fn ticks(time: Duration) -> u64 {
    (time.as_millis() / TICK.as_millis()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(wheel: &mut Wheel, now: Instant) -> Vec<SeatId> {
        let mut found = Vec::new();
        wheel.advance(now, |id| found.push(id));
        found
    }

    #[test]
    fn a_seat_is_found_at_the_first_tick_that_is_not_before_its_time() {
        let begin = Instant::now();
        let mut wheel = Wheel::new(begin);
        for (id, ms) in [(1, 0), (2, 100), (3, 101), (4, 250)] {
            let tick = wheel.tick_of(begin + Duration::from_millis(ms));
            wheel.note(id, tick);
        }
        assert_eq!(found(&mut wheel, begin + TICK - Duration::from_millis(1)), [0; 0]);
        assert_eq!(found(&mut wheel, begin + TICK), [1, 2]);
        assert_eq!(found(&mut wheel, begin + TICK * 2), [3]);
        assert_eq!(found(&mut wheel, begin + TICK * 3), [4]);
        assert_eq!(found(&mut wheel, begin + TICK * 3), [0; 0]);
    }

    #[test]
    fn nobody_is_lost_whatever_the_pause() {
        let begin = Instant::now();
        let mut wheel = Wheel::new(begin);
        let hour = Duration::from_secs(3600);
        let tick = wheel.tick_of(begin + hour);
        assert_eq!(tick, N_SLOTS - 1, "looked at before that");
        wheel.note(1, tick);
        assert_eq!(found(&mut wheel, begin + hour), [1]);
        let tick = wheel.tick_of(begin);
        wheel.note(2, tick);
        assert_eq!(found(&mut wheel, begin + hour + TICK), [2]);
    }
}
