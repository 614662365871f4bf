//! How likely a unit is for somebody who would join now: by the function that tells those in line.

use crate::App;
use database::selling::{drops::FlashDrop, history::LineGlance};
use shared::{decide::odds::LineStock, drops::DropState};

/// What is left of a drop, and how much one ticket may have of it.
#[derive(Clone, Copy)]
struct UnitsOfDrop {
    left: i64,
    held: i64,
    max_per_ticket: i32,
}

/// Returns how likely a unit is for whoever joins now, in percent and steps of five; `None` where that is
/// not known, or nobody may join.
pub(super) async fn on_joining(app: &App, flash_drop: &FlashDrop) -> Option<u8> {
    if !may_be_told(flash_drop) {
        return None;
    }
    // Without an answer, a drop is shown without odds.
    let seen = app.public_reads.find_line(flash_drop.id).await.ok()??;
    let units = UnitsOfDrop {
        left: flash_drop.units_available(),
        held: flash_drop.units_reserved(),
        max_per_ticket: flash_drop.max_units_per_ticket,
    };
    Some(behind_all(units, seen))
}

/// Whether there is one line of which all want the same. Of several, only the sum of those who wait is
/// known, and would say too much of one and too little of another.
fn may_be_told(flash_drop: &FlashDrop) -> bool {
    flash_drop.state == DropState::Open
        && flash_drop.mode.takes_joins()
        && flash_drop.has_stock()
        && flash_drop.variants.len() == 1
        && flash_drop.lanes.is_empty()
}

/// Returns the odds of one unit at the end of the line. Nobody is counted on to leave it, and whoever was
/// let in and has no order yet is still ahead.
fn behind_all(units: UnitsOfDrop, seen: LineGlance) -> u8 {
    let UnitsOfDrop { left, held, max_per_ticket } = units;
    let LineGlance { waiting, admitted, placed, lost, held: seen_held, sold } = seen;
    let most = f64::from(max_per_ticket.max(1));
    let with_units = (placed - lost).max(1) as f64;
    let units_per_ticket = ((f64::from(seen_held) + f64::from(sold)) / with_units).clamp(1.0, most);
    let bought = f64::from(sold) / units_per_ticket;
    let stock = LineStock {
        left: whole(left),
        held: whole(held),
        share: 1.0,
        units_per_ticket,
        bought,
        ended: bought + lost as f64,
    };
    let in_flight = admitted.map_or(0, |admitted| (admitted - placed).max(0));
    stock.percent(f64::from(waiting) + in_flight as f64, 0.0, 1)
}

fn whole(units: i64) -> u32 {
    u32::try_from(units.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: UnitsOfDrop = UnitsOfDrop { left: 100, held: 0, max_per_ticket: 4 };

    /// So many wait, and nobody was let in yet.
    const fn waiting(waiting: i32) -> LineGlance {
        LineGlance { waiting, admitted: Some(0), placed: 0, lost: 0, held: 0, sold: 0 }
    }

    #[test]
    fn the_odds_of_joining_are_those_of_the_last_in_line() {
        let stock = LineStock {
            left: 100,
            held: 0,
            share: 1.0,
            units_per_ticket: 1.0,
            bought: 0.0,
            ended: 0.0,
        };
        for n_waiting in [0, 90, 125, 160, 1000] {
            let told = behind_all(UNITS, waiting(n_waiting));
            assert_eq!(told, stock.percent(f64::from(n_waiting), 0.0, 1), "{n_waiting}");
        }
        let told = [10, 125, 1000].map(|n_waiting| behind_all(UNITS, waiting(n_waiting)));
        assert_eq!(told, [95, 50, 0]);
    }

    #[test]
    fn who_was_let_in_without_an_order_yet_is_still_ahead() {
        let in_flight = LineGlance { admitted: Some(125), ..waiting(0) };
        assert_eq!(behind_all(UNITS, in_flight), behind_all(UNITS, waiting(125)));
        let counted_anew = LineGlance { admitted: Some(3), placed: 40, lost: 40, ..waiting(0) };
        assert_eq!(behind_all(UNITS, counted_anew), 95);
        let not_looked_at = LineGlance { admitted: None, ..waiting(10) };
        assert_eq!(behind_all(UNITS, not_looked_at), 95);
    }

    #[test]
    fn what_was_bought_and_lost_before_makes_them_worse_or_better() {
        let ended = |sold, placed, lost| LineGlance {
            admitted: Some(placed),
            placed,
            lost,
            sold,
            ..waiting(125)
        };
        let told = behind_all(UNITS, waiting(125));
        assert!(behind_all(UNITS, ended(500, 1000, 500)) > told, "half of them pay");
        assert!(behind_all(UNITS, ended(1000, 1000, 0)) < told, "all of them pay");
        assert!(behind_all(UNITS, ended(2000, 1000, 0)) < 5, "each of them takes two");
        let held = UnitsOfDrop { left: 0, held: 100, ..UNITS };
        assert!(behind_all(held, waiting(60)) < 30, "only what is not paid for comes back");
    }

    #[test]
    fn of_nothing_nobody_is_promised_any() {
        let none = UnitsOfDrop { left: 0, held: 0, max_per_ticket: 0 };
        assert_eq!(behind_all(none, waiting(0)), 0);
        assert_eq!((whole(-1), whole(i64::MAX)), (0, u32::MAX));
    }
}
