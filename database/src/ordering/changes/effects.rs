//! What changes mean beside the orders' own rows.

use super::order_change::OrderChange;
use crate::{
    journal::JournalEntry,
    ordering::{
        counters::{Count, Counted},
        customer_usage::Usage,
        inventory::UnitDelta,
        order::EndedOrder,
        transitions::Transition,
    },
};
use jiff::Timestamp;
use shared::{
    ids::{OrderId, VariantId},
    lifecycle::TicketState,
};
use std::collections::BTreeMap;

/// The sequence of an order that was placed, and no more.
const FIRST: i32 = 1;

/// Sums up which way units go.
pub(super) fn deltas(changes: &[OrderChange]) -> BTreeMap<VariantId, UnitDelta> {
    let mut deltas = BTreeMap::<VariantId, UnitDelta>::new();
    for change in changes {
        let units = change.order.units_held;
        let (available, sold) = match (change.takes(), change.gives_back()) {
            (true, _) => (0, units),
            (false, true) => (units, 0),
            (false, false) => continue,
        };
        let sum = deltas.entry(change.order.variant_id).or_default();
        sum.available += available;
        sum.reserved -= units;
        sum.sold += sold;
    }
    deltas
}

/// Sums up the units that customers have no longer. Where one unit is the limit the order's own row
/// says so.
pub(super) fn usage(changes: &[OrderChange]) -> Usage {
    let mut usage = Usage::new();
    let ends = changes.iter().filter(|change| change.gives_back()).map(|change| &change.order);
    for order in ends.filter(|order| order.units_held > 0 && !order.is_only_one) {
        *usage.entry((order.drop_id, order.shopper_id)).or_default() +=
            order.units_held.unsigned_abs();
    }
    usage
}

/// Counts the ends, and among them the no-shows.
pub(super) fn counts(changes: &[OrderChange]) -> Vec<Count> {
    let mut sums = BTreeMap::<Counted, (i64, i64)>::new();
    for change in changes {
        let no_show = is_no_show(change).then_some(Counted::NoShow);
        for what in counted(change.to).into_iter().chain(no_show) {
            let sum = sums.entry(what).or_default();
            sum.0 += 1;
            sum.1 += change.order.amount_minor;
        }
    }
    sums.into_iter().map(|(what, (n, amount_minor))| Count { what, n, amount_minor }).collect()
}

/// Whether a hold ran out and nobody had ever begun to pay, or chosen units: then nothing happened to the
/// order before.
fn is_no_show(change: &OrderChange) -> bool {
    change.to == TicketState::Expired
        && change.order.state == TicketState::Reserved
        && change.order.sequence == FIRST
}

const fn counted(end: TicketState) -> Option<Counted> {
    match end {
        TicketState::Confirmed => Some(Counted::Confirmed),
        TicketState::Expired => Some(Counted::Expired),
        TicketState::PaymentFailed => Some(Counted::PaymentFailed),
        TicketState::Cancelled => Some(Counted::Cancelled),
        TicketState::Visited => Some(Counted::Visited),
        TicketState::Revoked => Some(Counted::Revoked),
        _ => None,
    }
}

pub(super) fn transitions(changes: &[OrderChange]) -> Vec<Transition> {
    let transition = |change: &OrderChange| Transition {
        order_id: change.order.id,
        sequence: change.order.sequence + 1,
        from: change.order.state,
        to: change.to,
        reason: change.reason.clone(),
    };
    changes.iter().map(transition).collect()
}

pub(super) fn entries(changes: &[OrderChange]) -> Vec<JournalEntry> {
    let entry = |change: &OrderChange| JournalEntry {
        order_id: change.order.id,
        sequence: change.order.sequence + 1,
        state: change.to,
        reason: change.reason.clone(),
    };
    changes.iter().map(entry).collect()
}

pub(super) fn ended(changes: &[OrderChange], at: Timestamp) -> Vec<EndedOrder> {
    let ends = changes.iter().filter(|change| change.to.is_terminal());
    ends.map(|change| change.order.ended(change.to, at)).collect()
}

/// Orders that ended unpaid and may have money set aside. A reserved one has none that isn't being
/// let go: its cards were declined, or given up. A pass costs nothing.
pub(super) fn with_money(changes: &[OrderChange]) -> Vec<OrderId> {
    let may_have = |change: &&OrderChange| {
        let from = change.order.state;
        change.gives_back() && from != TicketState::Reserved && !from.is_pass()
    };
    changes.iter().filter(may_have).map(|change| change.order.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::changes::sample;

    fn end(from: TicketState, to: TicketState) -> OrderChange {
        OrderChange::new(&sample::order(from), to, None)
    }

    #[test]
    fn units_go_to_whom_they_belong() {
        let paid = end(TicketState::Capturing, TicketState::Confirmed);
        let variant = paid.order.variant_id;
        let mut expired = end(TicketState::Reserved, TicketState::Expired);
        expired.order.variant_id = variant;
        let expected = UnitDelta { available: 2, reserved: -4, sold: 2 };
        assert_eq!(deltas(&[paid, expired]), BTreeMap::from([(variant, expected)]));
    }

    #[test]
    fn the_way_to_the_pivot_moves_nothing_and_counts_nothing() {
        let steps = [
            end(TicketState::Reserved, TicketState::Authorizing),
            end(TicketState::Authorizing, TicketState::Reserved),
            end(TicketState::Authorized, TicketState::Capturing),
        ];
        assert!(deltas(&steps).is_empty());
        assert!(usage(&steps).is_empty());
        assert!(counts(&steps).is_empty());
        assert!(ended(&steps, sample::HOLD_ENDS_AT).is_empty());
    }

    #[test]
    fn customers_get_back_what_nobody_paid() {
        let paid = end(TicketState::Capturing, TicketState::Confirmed);
        let failed = end(TicketState::Capturing, TicketState::PaymentFailed);
        let mut only_one = end(TicketState::Reserved, TicketState::Expired);
        only_one.order.is_only_one = true;
        let customer = (failed.order.drop_id, failed.order.shopper_id);
        assert_eq!(usage(&[paid, failed, only_one]), Usage::from([(customer, 2)]));
    }

    #[test]
    fn the_end_of_a_pass_is_counted_and_gives_back_neither_units_nor_money() {
        let ends = [
            end(TicketState::Redeemed, TicketState::Visited),
            end(TicketState::Passed, TicketState::Revoked),
            end(TicketState::Redeemed, TicketState::Expired),
        ];
        assert!(deltas(&ends).values().all(|delta| *delta == UnitDelta::default()));
        assert!(usage(&ends).is_empty() && with_money(&ends).is_empty());
        let counted: Vec<_> = counts(&ends).iter().map(|count| count.what).collect();
        assert_eq!(counted, [Counted::Visited, Counted::Expired, Counted::Revoked]);
        assert_eq!(ended(&ends, sample::HOLD_ENDS_AT).len(), 3);
    }

    #[test]
    fn one_of_so_many_visits_is_taken_when_it_begins_and_free_again_if_it_never_does() {
        let of = |from: TicketState, to: TicketState| {
            let mut change = end(from, to);
            change.order.units_held = 1;
            deltas(&[change]).into_values().next().unwrap_or_default()
        };
        let (taken, free) = ((0, -1, 1), (1, -1, 0));
        for (from, to, expected) in [
            (TicketState::Passed, TicketState::Redeemed, taken),
            (TicketState::Passed, TicketState::Visited, taken),
            (TicketState::Passed, TicketState::Expired, free),
            (TicketState::Passed, TicketState::Revoked, free),
            (TicketState::Passed, TicketState::Cancelled, free),
            (TicketState::Redeemed, TicketState::Visited, (0, 0, 0)),
            (TicketState::Redeemed, TicketState::Expired, (0, 0, 0)),
            (TicketState::Redeemed, TicketState::Revoked, (0, 0, 0)),
        ] {
            let UnitDelta { available, reserved, sold } = of(from, to);
            assert_eq!((available, reserved, sold), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn ends_are_counted_with_their_money() {
        let counts = counts(&[
            end(TicketState::Capturing, TicketState::Confirmed),
            end(TicketState::Reserved, TicketState::Expired),
            end(TicketState::Authorized, TicketState::Expired),
        ]);
        let found: Vec<_> =
            counts.iter().map(|count| (count.what, count.n, count.amount_minor)).collect();
        assert_eq!(found, [(Counted::Confirmed, 1, 3_000), (Counted::Expired, 2, 6_000)]);
    }

    #[test]
    fn whoever_never_began_to_pay_is_a_no_show() {
        let mut absent = end(TicketState::Reserved, TicketState::Expired);
        absent.order.sequence = 1;
        let mut called_off = end(TicketState::Reserved, TicketState::Cancelled);
        called_off.order.sequence = 1;
        let declined = end(TicketState::Reserved, TicketState::Expired);
        let counts = counts(&[absent, called_off, declined]);
        let found: Vec<_> = counts.iter().map(|count| (count.what, count.n)).collect();
        let expected = [(Counted::Expired, 2), (Counted::Cancelled, 1), (Counted::NoShow, 1)];
        assert_eq!(found, expected);
    }
}
