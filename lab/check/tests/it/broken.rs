//! How a sound run is broken, and the invariants of limits, rates, money and answers, seen violated.

use check::{Evidence, judge};
use shared::{invariants::Invariant, lifecycle::TicketState, line::RoomEvent};

use crate::sound::{SECOND, chain, evidence, happened, ticket, usage};

/// Breaks a sound run and expects this invariant among those that are named.
#[track_caller]
pub(crate) fn breaks(invariant: Invariant, change: impl FnOnce(&mut Evidence)) {
    let mut evidence = evidence();
    change(&mut evidence);
    let report = judge(&evidence);
    assert!(report.verdict(invariant).is_fail(), "{invariant} should fail:\n{report}");
}

/// Changes what happened in the line.
#[track_caller]
pub(crate) fn breaks_line(invariant: Invariant, change: impl FnOnce(&mut Vec<(i64, RoomEvent)>)) {
    breaks(invariant, |evidence| {
        let mut events = happened();
        change(&mut events);
        evidence.events = chain(events);
    });
}

#[test]
fn limit_1_two_units_of_one_customer() {
    breaks(Invariant::Limit1, |evidence| {
        evidence.orders[1].shopper_id = evidence.orders[0].shopper_id;
    });
    breaks(Invariant::Limit1, |evidence| evidence.orders[0].is_only_one = false);
}

#[test]
fn limit_1_a_customer_whose_units_are_miscounted() {
    let allow_two = |evidence: &mut Evidence| {
        evidence.drop.max_units_per_customer = 2;
        evidence.usage = usage();
    };
    let mut counted = evidence();
    allow_two(&mut counted);
    assert!(judge(&counted).is_clean());
    for units in [0, 2] {
        breaks(Invariant::Limit1, |evidence| {
            allow_two(evidence);
            evidence.usage[0].units = units;
        });
    }
    breaks(Invariant::Limit1, |evidence| {
        allow_two(evidence);
        evidence.usage.remove(0);
    });
}

#[test]
fn rate_1_twice_the_rate_around_a_second() {
    breaks_line(Invariant::Rate1, |events| events[4].0 = events[3].0 + 100_000);
}

#[test]
fn rate_2_a_batch_beyond_the_order_rate() {
    breaks(Invariant::Rate2, |evidence| {
        for order in &mut evidence.orders {
            order.processed_at_us = 40 * SECOND;
        }
    });
}

#[test]
fn pay_1_captured_twice() {
    breaks(Invariant::Pay1, |evidence| {
        let mut again = evidence.provider[1].clone();
        again.payment_id = "pay_other".to_owned();
        evidence.provider.push(again);
    });
}

#[test]
fn pay_2_money_that_does_not_add_up() {
    breaks(Invariant::Pay2, |evidence| evidence.orders[0].state = TicketState::Expired);
    breaks(Invariant::Pay2, |evidence| {
        let paid_by = ticket(1).to_string();
        evidence.provider.retain(|entry| entry.reference != paid_by);
    });
    breaks(Invariant::Pay2, |evidence| {
        evidence.provider.retain(|entry| entry.kind != "voided");
    });
    breaks(Invariant::Pay2, |evidence| {
        evidence.ledger.pop();
    });
    breaks(Invariant::Pay2, |evidence| {
        evidence.ledger.truncate(4);
    });
    breaks(Invariant::Pay2, |evidence| {
        evidence.provider[0].currency = "USD".to_owned();
    });
}

#[test]
fn idem_1_a_different_answer_to_the_same_call() {
    breaks(Invariant::Idem1, |evidence| {
        evidence.shoppers[0].again[0].2 = "409:2".to_owned();
    });
    breaks(Invariant::Idem1, |evidence| evidence.shoppers[0].joins[1].queue_number = 7);
}
