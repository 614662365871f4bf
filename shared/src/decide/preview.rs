//! What other limits would do to the times of those who wait, told before anybody sets them.
//!
//! Told by the same rule as the times of those who wait ([`LineFlow`]), from less: nobody is taken to leave or
//! to be away, the whole rate is taken to be used, and everybody to want one unit. What was seen is how fast
//! those inside made room for others in the last minute.

use super::{
    eta::LineFlow,
    pace::{ObservedPace, SeenShare},
};
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
    /// Returns how long until the turn of a position: half of such waits are over by then.
    fn wait_s(&self, limits: &Limits, position: u64) -> Option<u64> {
        if !self.admits || self.units.is_some_and(|units| position > units) {
            return None;
        }
        let eta = self.flow(limits).eta(position).ok()?;
        Some(eta.p50_ms.div_ceil(1000))
    }

    /// How the line would move under these limits.
    fn flow(&self, limits: &Limits) -> LineFlow {
        let (count, seconds_inside) =
            (self.ended_last_minute as f64, self.occupied as f64 * MINUTE_S);
        LineFlow {
            halted: None,
            rate_per_second: limits.admission_rate_per_second.min(limits.order_rate_per_second),
            occupancy_cap: limits.occupancy_cap,
            occupied: u32::try_from(self.occupied).unwrap_or(u32::MAX),
            share: 1.0,
            observed: ObservedPace {
                used: SeenShare::default(),
                ended: SeenShare { count, exposure: seconds_inside },
                left: SeenShare::default(),
                missed: SeenShare::default(),
                scatter: 1.0,
            },
        }
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
        assert_eq!(waits(&FACTS, &LIMITS), [11, 51, 91].map(Some));
        let faster = Limits { admission_rate_per_second: 20.0, ..LIMITS };
        assert_eq!(waits(&FACTS, &faster), [6, 26, 46].map(Some));
        let slow_orders = Limits { order_rate_per_second: 5.0, ..faster };
        assert_eq!(waits(&FACTS, &slow_orders), [21, 101, 181].map(Some));
        let both = preview(&FACTS, &LIMITS, &faster);
        assert_eq!((both[0].before_seconds, both[0].after_seconds), (Some(11), Some(6)));
    }

    #[test]
    fn where_every_slot_is_taken_those_who_end_decide() {
        let cap =
            |occupancy_cap| Limits { admission_rate_per_second: 50.0, occupancy_cap, ..LIMITS };
        assert_eq!(waits(&FULL, &cap(100)), [50, 250, 449].map(Some));
        // A hundred come in at once, and the others twice as fast.
        assert_eq!(waits(&FULL, &cap(200)), [3, 100, 200].map(Some));
        // Fifty more have to finish before anybody comes in, half as fast as now.
        assert_eq!(waits(&FULL, &cap(50)), [150, 549, 948].map(Some));
    }

    #[test]
    fn the_times_are_those_that_are_told_to_who_waits() {
        let limits = Limits { admission_rate_per_second: 3.0, occupancy_cap: 150, ..LIMITS };
        let flow = FULL.flow(&limits);
        for wait in preview(&FULL, &LIMITS, &limits) {
            let told = flow.eta(wait.position).map(|eta| eta.p50_ms.div_ceil(1000));
            assert_eq!(wait.after_seconds, told.ok(), "{wait:?}");
        }
    }

    #[test]
    fn what_nobody_can_tell_is_not_told() {
        let nobody_ends = LineFacts { ended_last_minute: 0, ..FULL };
        let full = Limits { occupancy_cap: 100, ..LIMITS };
        assert_eq!(waits(&nobody_ends, &full), [None; 3]);
        assert_eq!(waits(&LineFacts { admits: false, ..FACTS }, &LIMITS), [None; 3]);
        let few_units = LineFacts { units: Some(500), ..FACTS };
        assert_eq!(waits(&few_units, &LIMITS), [Some(11), Some(51), None]);
    }

    #[test]
    fn where_there_is_no_stock_the_turn_of_everybody_comes() {
        let no_stock = LineFacts { units: None, ..FACTS };
        assert_eq!(waits(&no_stock, &LIMITS), [11, 51, 91].map(Some));
    }

    #[test]
    fn a_short_line_has_positions_too_and_an_empty_one_none() {
        let one = preview(&LineFacts { waiting: 1, ..FACTS }, &LIMITS, &LIMITS);
        assert!(one.iter().all(|wait| wait.position == 1), "{one:?}");
        assert!(preview(&LineFacts { waiting: 0, ..FACTS }, &LIMITS, &LIMITS).is_empty());
    }
}
