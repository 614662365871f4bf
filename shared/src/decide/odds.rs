//! Whether a unit is left for somebody in line.
//!
//! Of those let in, some pay and some do not, and what is not paid for goes to the next in line. So a unit
//! is left for whoever stands behind so many people if those among them who stay and pay, and those who
//! hold units now and pay, buy fewer units than are not sold yet.

/// What is believed before anybody was seen to pay or not: four of five do.
const BELIEVED_BOUGHT: f64 = 4.0;
const BELIEVED_ENDED: f64 = 5.0;
/// Nobody is told more than this, since a drop may still be paused or called off.
const MOST_PERCENT: f64 = 95.0;
/// Steps in which odds are told, in percent.
const STEP_PERCENT: f64 = 5.0;
/// Makes a logistic curve like a normal distribution.
const LIKE_NORMAL: f64 = 1.702;

/// The units that a line waits for, and what became of those that others were let in for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineStock {
    /// Units that nobody has.
    pub left: u32,
    /// Units of those who were let in and have not paid; they may come back.
    pub held: u32,
    /// This line's part of those who are let in for these units, above 0 and up to 1.
    pub share: f64,
    /// Units of a ticket, on the average.
    pub units_per_ticket: f64,
    /// Tickets of the room that were paid for, of those that finished.
    pub bought: f64,
    /// Tickets of the room that finished.
    pub ended: f64,
}

impl LineStock {
    /// Whether every unit that is not sold is held by others: only what they do not pay for comes back.
    #[must_use]
    pub const fn is_standby(&self) -> bool {
        self.left == 0 && self.held > 0
    }

    /// Returns which part of those who are let in pay.
    #[must_use]
    pub fn conversion(&self) -> f64 {
        let ended = self.ended.max(0.0);
        (self.bought.clamp(0.0, ended) + BELIEVED_BOUGHT) / (ended + BELIEVED_ENDED)
    }

    /// Whether the units suffice for so many tickets of the line, while so many others of it finish.
    #[must_use]
    pub fn suffice(&self, tickets: f64, ended: f64) -> bool {
        let returned = ended * (1.0 - self.conversion());
        self.units_per_ticket * (tickets - returned) / self.share <= f64::from(self.left)
    }

    /// Returns how likely it is that `units` are left behind so many people, of whom `leavers` will have
    /// left: percent, in steps of five.
    #[must_use]
    pub fn percent(&self, ahead: f64, leavers: f64, units: u32) -> u8 {
        let unsold = f64::from(self.left) + f64::from(self.held);
        let spare = unsold - f64::from(units);
        if spare < 0.0 {
            return 0;
        }
        let (pays, per_ticket) = (self.conversion(), self.units_per_ticket);
        let staying = (ahead - leavers).max(0.0) / self.share;
        let asked_for = f64::from(self.held) + staying * per_ticket;
        let doubt = pays * (1.0 - pays);
        let variance = doubt * per_ticket * asked_for
            + doubt * asked_for.powi(2) / (self.ended.max(0.0) + BELIEVED_ENDED + 1.0)
            + leavers.max(0.0) / self.share * (pays * per_ticket).powi(2);
        let z = (spare + 0.5 - pays * asked_for) / variance.sqrt().max(f64::EPSILON);
        let percent = 100.0 / (1.0 + (-LIKE_NORMAL * z).exp());
        let percent = (percent / STEP_PERCENT).round() * STEP_PERCENT;
        percent.min(MOST_PERCENT) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng, rngs::StdRng};

    /// Four of five pay, as was seen often.
    const STOCK: LineStock = LineStock {
        left: 100,
        held: 0,
        share: 1.0,
        units_per_ticket: 1.0,
        bought: 4000.0,
        ended: 5000.0,
    };

    /// How many of a thousand sales leave a unit behind so many people, in percent.
    fn played(stock: &LineStock, ahead: u32, rng: &mut StdRng) -> f64 {
        let unsold = stock.left + stock.held;
        let leaves_one = |_: &u32| {
            let bought = (0..stock.held + ahead).filter(|_| rng.random_bool(0.8)).count();
            (bought as u32) < unsold
        };
        f64::from((0..1000).filter(leaves_one).count() as u32) / 10.0
    }

    #[test]
    fn odds_are_those_of_a_thousand_sales() {
        let mut rng = StdRng::seed_from_u64(1);
        for (left, held) in [(100, 0), (40, 60), (0, 30), (1, 0)] {
            let stock = LineStock { left, held, ..STOCK };
            let enough = (left + held) * 5 / 4 - held;
            for ahead in [enough / 2, enough * 9 / 10, enough, enough * 11 / 10, enough * 2] {
                let told = f64::from(stock.percent(f64::from(ahead), 0.0, 1));
                let played = played(&stock, ahead, &mut rng);
                assert!((told - played).abs() <= 8.0, "{stock:?} {ahead}: {told}, not {played}");
            }
        }
    }

    #[test]
    fn whoever_leaves_ahead_or_wants_less_makes_them_better() {
        let alone = STOCK.percent(130.0, 0.0, 1);
        assert!(STOCK.percent(130.0, 10.0, 1) > alone);
        assert!(STOCK.percent(130.0, 0.0, 4) < alone);
        let two_each = LineStock { units_per_ticket: 2.0, ..STOCK };
        assert!(two_each.percent(130.0, 0.0, 1) < alone);
        let others_too = LineStock { share: 0.5, ..STOCK };
        assert!(others_too.percent(60.0, 0.0, 1) < STOCK.percent(60.0, 0.0, 1));
    }

    #[test]
    fn nobody_is_promised_a_unit_and_nobody_hopes_for_what_there_is_not() {
        assert_eq!(STOCK.percent(0.0, 0.0, 1), 95);
        assert_eq!(STOCK.percent(0.0, 0.0, 101), 0);
        assert_eq!(LineStock { left: 0, ..STOCK }.percent(0.0, 0.0, 1), 0);
        assert_eq!(STOCK.percent(9000.0, 0.0, 1), 0);
        let unseen = LineStock { bought: 0.0, ended: 0.0, ..STOCK };
        assert!((unseen.conversion() - 0.8).abs() < f64::EPSILON);
        assert!((5..=95).contains(&unseen.percent(150.0, 0.0, 1)), "little is known");
    }

    #[test]
    fn everybody_stands_by_while_all_units_are_held_and_some_may_come_back() {
        assert!(LineStock { left: 0, held: 3, ..STOCK }.is_standby());
        assert!(!LineStock { left: 1, held: 3, ..STOCK }.is_standby());
        assert!(!LineStock { left: 0, held: 0, ..STOCK }.is_standby());
        let stock = LineStock { left: 10, held: 90, ..STOCK };
        assert!(stock.suffice(10.0, 0.0) && !stock.suffice(11.0, 0.0));
        assert!(stock.suffice(20.0, 51.0), "a fifth of fifty come back");
    }
}
