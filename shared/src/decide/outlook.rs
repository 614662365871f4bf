//! What a line holds in store for those in it: a time, and a chance.
//!
//! Made once for a line, and asked for each position: an answer costs the same however long the line is.

use super::{
    eta::{Eta, LineFlow, NoEta},
    odds::LineStock,
};

/// How a line moves, and the units that it waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineOutlook {
    /// When turns come.
    pub flow: LineFlow,
    /// `None` where no units are waited for, or nothing is known of them.
    pub stock: Option<LineStock>,
}

impl LineOutlook {
    /// Returns when the turn of a position comes. A turn that needs units which may not come back is
    /// promised no time.
    ///
    /// # Errors
    ///
    /// Returns why no time can be told.
    pub fn eta(&self, position: u64) -> Result<Eta, NoEta> {
        let eta = self.flow.eta(position)?;
        let let_in = position as f64 - self.flow.leavers(position);
        let ended = self.flow.ended_per_second() * eta.p50_ms as f64 / 1000.0;
        match self.stock {
            Some(stock) if !stock.suffice(let_in, ended) => Err(NoEta::Units),
            _ => Ok(eta),
        }
    }

    /// Returns how likely it is that units are left at the turn of a position that wants so many:
    /// percent, in steps of five; `None` where no units are waited for.
    #[must_use]
    pub fn odds_percent(&self, position: u64, units: u32) -> Option<u8> {
        let ahead = position.saturating_sub(1) as f64;
        self.stock.map(|stock| stock.percent(ahead, self.flow.leavers(position), units))
    }

    /// Whether every unit that is not sold is held by others.
    #[must_use]
    pub fn is_standby(&self) -> bool {
        self.stock.is_some_and(|stock| stock.is_standby())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::pace::{ObservedPace, SeenShare};

    const NOTHING: SeenShare = SeenShare { count: 0.0, exposure: 0.0 };

    /// Ten a second come in and find units; ten a second finish, of whom eight pay.
    fn outlook(left: u32, held: u32) -> LineOutlook {
        let ended = SeenShare { count: 3000.0, exposure: 300_000.0 };
        LineOutlook {
            flow: LineFlow {
                halted: None,
                rate_per_second: 10.0,
                occupancy_cap: 5000,
                occupied: 1000,
                share: 1.0,
                observed: ObservedPace {
                    used: NOTHING,
                    ended,
                    left: NOTHING,
                    missed: NOTHING,
                    scatter: 1.0,
                },
            },
            stock: Some(LineStock {
                left,
                held,
                share: 1.0,
                units_per_ticket: 1.0,
                bought: 4000.0,
                ended: 5000.0,
            }),
        }
    }

    #[test]
    fn units_that_come_back_on_the_way_are_counted_on_and_no_others() {
        // A fifth of those who finish while a hundred come in give back twenty.
        assert!(outlook(81, 1000).eta(100).is_ok());
        assert_eq!(outlook(78, 1000).eta(100), Err(NoEta::Units));
        assert!(outlook(78, 1000).eta(90).is_ok());
    }

    #[test]
    fn while_all_units_are_held_there_are_odds_and_no_time() {
        let held = outlook(0, 200);
        assert!(held.is_standby());
        assert_eq!(held.eta(1), Err(NoEta::Units));
        assert!(held.odds_percent(1, 1) > Some(90), "a fifth of them come back");
        assert!(held.odds_percent(60, 1) < Some(20));
    }

    #[test]
    fn where_no_units_are_waited_for_there_is_a_time_and_nothing_else() {
        let site = LineOutlook { stock: None, ..outlook(0, 0) };
        assert!(site.eta(100).is_ok() && !site.is_standby());
        assert_eq!(site.odds_percent(100, 1), None);
    }
}
