//! How many more than the occupancy cap may be let in, because some of those let in never show up.
//!
//! Of the orders that have come to an end, those count whose hold ran out and whose shopper never began
//! a payment. Their share is smoothed over the last hundred or so, begins with none, and never counts
//! for more than the drop allows, which is [`MOST_PERCENT`] at most: a wrong measurement costs a bounded
//! crowd, and a drop that allows nothing keeps its cap exactly.

/// Share of no-shows that may be made up for, at most.
pub const MOST_PERCENT: u8 = 30;

/// Orders over which the share is smoothed.
const SMOOTHED_OVER: f64 = 100.0;

/// How the orders of a drop have ended so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderEnds {
    /// Those that were placed and are over.
    pub ended: u64,
    /// Those among them whose hold ran out without a payment ever begun.
    pub no_shows: u64,
}

/// Which share of those let in does not show up, smoothed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoShowShare {
    seen: OrderEnds,
    share: f64,
}

impl NoShowShare {
    /// Takes in how the orders have ended by now.
    pub fn observe(&mut self, ends: OrderEnds) {
        let n_ended = ends.ended.saturating_sub(self.seen.ended);
        let n_absent = ends.no_shows.saturating_sub(self.seen.no_shows).min(n_ended);
        self.seen = ends;
        if n_ended > 0 {
            let weight = 1.0 - (-(n_ended as f64) / SMOOTHED_OVER).exp();
            self.share += weight * (n_absent as f64 / n_ended as f64 - self.share);
        }
    }

    /// Returns the share, 0 to 1, whatever is allowed.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.share
    }

    /// Returns how many tickets above this occupancy cap may be let in where so many percent are
    /// allowed; none without a bound.
    #[must_use]
    pub fn extra(self, occupancy_cap: u32, bound_percent: Option<u8>) -> u32 {
        let bound = f64::from(bound_percent.unwrap_or_default().min(MOST_PERCENT)) / 100.0;
        (f64::from(occupancy_cap) * self.share.min(bound)).floor() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known after so many orders, seen one batch after the other.
    fn after(batches: u64, per_batch: OrderEnds) -> NoShowShare {
        let mut share = NoShowShare::default();
        for n in 1..=batches {
            let OrderEnds { ended, no_shows } = per_batch;
            share.observe(OrderEnds { ended: n * ended, no_shows: n * no_shows });
        }
        share
    }

    #[test]
    fn nothing_is_made_up_for_before_anything_is_known() {
        assert_eq!(NoShowShare::default().extra(1000, Some(30)), 0);
        let mut share = NoShowShare::default();
        share.observe(OrderEnds::default());
        assert_eq!(share.extra(1000, Some(30)), 0);
    }

    #[test]
    fn the_share_is_reached_over_some_hundred_orders() {
        let per_batch = OrderEnds { ended: 10, no_shows: 2 };
        assert!(after(1, per_batch).share() < 0.03, "ten orders say little");
        let known = after(50, per_batch);
        assert!((0.19..=0.2).contains(&known.share()), "{known:?}");
        assert!((95..=100).contains(&known.extra(500, Some(30))));
    }

    #[test]
    fn a_process_that_starts_anew_knows_from_the_first_look_what_there_was() {
        let mut share = NoShowShare::default();
        share.observe(OrderEnds { ended: 1000, no_shows: 250 });
        assert!((share.share() - 0.25).abs() < 0.001, "{share:?}");
    }

    #[test]
    fn no_more_is_made_up_for_than_is_allowed() {
        let nobody = after(100, OrderEnds { ended: 10, no_shows: 10 });
        assert_eq!(nobody.extra(1000, Some(12)), 120);
        assert_eq!(nobody.extra(1000, Some(90)), 300, "thirty percent at most");
        assert_eq!(nobody.extra(1000, Some(0)), 0);
        assert_eq!(nobody.extra(1000, None), 0, "the cap is exact");
        assert_eq!(nobody.extra(1, Some(30)), 0);
    }

    #[test]
    fn a_share_that_falls_is_believed_as_fast() {
        let mut share = after(100, OrderEnds { ended: 10, no_shows: 5 });
        let OrderEnds { ended, no_shows } = share.seen;
        share.observe(OrderEnds { ended: ended + 500, no_shows });
        assert!(share.share() < 0.01, "{share:?}");
    }

    #[test]
    fn counters_that_go_back_are_nothing() {
        let mut share = after(10, OrderEnds { ended: 10, no_shows: 5 });
        let before = share.share();
        share.observe(OrderEnds::default());
        assert!((share.share() - before).abs() < f64::EPSILON);
    }
}
