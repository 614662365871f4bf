//! What other limits would do to the times of those who wait, told before anybody sets them.
//!
//! A line moves as fast as people are let in, as orders are processed, and as those who were let in make
//! room for others. The last is what was seen: each slot is taken to be free again as often as the slots
//! in use were in the last minute. Everybody is taken to want one unit.

use crate::drops::Limits;
use serde::Serialize;

/// Where in the line is looked, in percent of it.
const SHARES: [u8; 3] = [10, 50, 90];
const MINUTE_S: f64 = 60.0;

/// What is known of a drop and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFacts {
    /// Whether anybody is let in.
    pub admits: bool,
    /// Tickets in line.
    pub waiting: u64,
    /// Tickets admitted and not finished.
    pub occupied: u64,
    /// Orders that ended in the last minute, whichever way.
    pub ended_last_minute: u64,
    /// Units that may still be had: those that are left, and those held that may come back; `None`
    /// where units are not what is waited for.
    pub units: Option<u64>,
}

/// How long somebody in line still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewedWait {
    /// How far back in line, in percent of it.
    pub share_percent: u8,
    /// People ahead + 1.
    pub position: u64,
    /// With the limits as they are; `None` if the turn never comes, or nothing tells when.
    pub before_seconds: Option<u64>,
    /// With the others, likewise.
    pub after_seconds: Option<u64>,
}

/// Compares the waits under two sets of limits, for three positions of the present line; for none if
/// nobody waits.
#[must_use]
pub fn preview(facts: &LineFacts, before: &Limits, after: &Limits) -> Vec<PreviewedWait> {
    if facts.waiting == 0 {
        return Vec::new();
    }
    let wait_at = |share_percent: u8| {
        let position = (facts.waiting * u64::from(share_percent)).div_ceil(100);
        PreviewedWait {
            share_percent,
            position,
            before_seconds: facts.wait_s(before, position),
            after_seconds: facts.wait_s(after, position),
        }
    };
    SHARES.into_iter().map(wait_at).collect()
}

impl LineFacts {
    /// Returns how long until the turn of a position.
    fn wait_s(&self, limits: &Limits, position: u64) -> Option<u64> {
        if !self.admits || self.units.is_some_and(|units| position > units) {
            return None;
        }
        let cap = u64::from(limits.occupancy_cap);
        let rate = limits.admission_rate_per_second.min(limits.order_rate_per_second);
        let at_once = position.min(cap.saturating_sub(self.occupied));
        let mut seconds = at_once as f64 / rate;
        let later = position - at_once;
        if later > 0 {
            let ends = self.ends_per_second()?;
            let by_slots = ends * cap as f64 / self.occupied.max(1) as f64;
            // A cap below what is in use lets nobody in until enough have ended.
            seconds += self.occupied.saturating_sub(cap) as f64 / ends;
            seconds += later as f64 / rate.min(by_slots);
        }
        Some(seconds.ceil() as u64)
    }

    /// Returns how fast orders end; `None` if none has lately.
    fn ends_per_second(&self) -> Option<f64> {
        (self.ended_last_minute > 0).then(|| self.ended_last_minute as f64 / MINUTE_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: LineFacts = LineFacts {
        admits: true,
        waiting: 1000,
        occupied: 0,
        ended_last_minute: 0,
        units: Some(10_000),
    };
    const LIMITS: Limits = Limits {
        admission_rate_per_second: 10.0,
        occupancy_cap: 5000,
        order_rate_per_second: 200.0,
        line_cap: None,
        no_show_percent: None,
    };
    /// Two orders end each second, and every slot is taken.
    const FULL: LineFacts = LineFacts { occupied: 100, ended_last_minute: 120, ..FACTS };

    /// The waits under limits, by position.
    fn waits(facts: &LineFacts, limits: &Limits) -> [Option<u64>; 3] {
        let waits = preview(facts, &LIMITS, limits);
        assert_eq!(waits.iter().map(|wait| wait.position).collect::<Vec<_>>(), [100, 500, 900]);
        [0, 1, 2].map(|n| waits[n].after_seconds)
    }

    #[test]
    fn with_room_for_everybody_the_rate_decides() {
        assert_eq!(waits(&FACTS, &LIMITS), [10, 50, 90].map(Some));
        let faster = Limits { admission_rate_per_second: 20.0, ..LIMITS };
        assert_eq!(waits(&FACTS, &faster), [5, 25, 45].map(Some));
        let slow_orders = Limits { order_rate_per_second: 5.0, ..faster };
        assert_eq!(waits(&FACTS, &slow_orders), [20, 100, 180].map(Some));
        let both = preview(&FACTS, &LIMITS, &faster);
        assert_eq!((both[0].before_seconds, both[0].after_seconds), (Some(10), Some(5)));
    }

    #[test]
    fn where_every_slot_is_taken_those_who_end_decide() {
        let cap =
            |occupancy_cap| Limits { admission_rate_per_second: 50.0, occupancy_cap, ..LIMITS };
        assert_eq!(waits(&FULL, &cap(100)), [50, 250, 450].map(Some));
        // A hundred come in at once, and the others twice as fast.
        assert_eq!(waits(&FULL, &cap(200)), [2, 102, 202].map(Some));
        // Fifty have to end before anybody comes in, and the others half as fast.
        assert_eq!(waits(&FULL, &cap(50)), [125, 525, 925].map(Some));
    }

    #[test]
    fn what_nobody_can_tell_is_not_told() {
        let nobody_ends = LineFacts { ended_last_minute: 0, ..FULL };
        let full = Limits { occupancy_cap: 100, ..LIMITS };
        assert_eq!(waits(&nobody_ends, &full), [None; 3]);
        assert_eq!(waits(&LineFacts { admits: false, ..FACTS }, &LIMITS), [None; 3]);
        let few_units = LineFacts { units: Some(500), ..FACTS };
        assert_eq!(waits(&few_units, &LIMITS), [Some(10), Some(50), None]);
    }

    #[test]
    fn where_there_is_no_stock_the_turn_of_everybody_comes() {
        let no_stock = LineFacts { units: None, ..FACTS };
        assert_eq!(waits(&no_stock, &LIMITS), [10, 50, 90].map(Some));
    }

    #[test]
    fn a_short_line_has_positions_too_and_an_empty_one_none() {
        let one = preview(&LineFacts { waiting: 1, ..FACTS }, &LIMITS, &LIMITS);
        assert!(one.iter().all(|wait| wait.position == 1), "{one:?}");
        assert!(preview(&LineFacts { waiting: 0, ..FACTS }, &LIMITS, &LIMITS).is_empty());
    }
}
