//! Every invariant, seen violated; those of the line are in `broken_line`.

use check::{Evidence, evidence::AuditEvidence, faults::Fault, judge};
use serde_json::{Value, json};
use shared::{ids::OrderId, invariants::Invariant, lifecycle::TicketState, line::RoomEvent};
use uuid::Uuid;

use crate::sound::{
    SECOND, chain, evidence, happened, journal_id, last_journal_id, order_id, score, ticket, usage,
};

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
fn stock_1_more_orders_than_units() {
    breaks(Invariant::Stock1, |evidence| {
        for n in [3, 7] {
            evidence.orders[n - 1].state = TicketState::Confirmed;
        }
    });
    breaks(Invariant::Stock1, |evidence| evidence.inventory[0].available = -1);
    breaks(Invariant::Stock1, |evidence| evidence.moves[0].d_available = 20);
}

#[test]
fn stock_2_counts_that_do_not_add_up() {
    breaks(Invariant::Stock2, |evidence| evidence.inventory[0].sold -= 1);
    breaks(Invariant::Stock2, |evidence| {
        evidence.moves.pop();
    });
    breaks(Invariant::Stock2, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].reserved += 1;
    });
}

#[test]
fn stock_2_moves_that_their_transactions_do_not_explain() {
    // A version that no move leads to, and one to which two do.
    breaks(Invariant::Stock2, |evidence| evidence.inventory[0].version += 1);
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].version = 9);
    // A unit that comes back for the wrong order, and one that nobody asked for.
    breaks(Invariant::Stock2, |evidence| {
        let released = Some(last_journal_id(3));
        let mut moves = evidence.moves.iter_mut();
        let change = moves.find(|change| change.journal_id == released).unwrap();
        change.journal_id = Some(last_journal_id(4));
    });
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].journal_id = None);
    breaks(Invariant::Stock2, |evidence| evidence.moves[9].cause = "carve".to_owned());
    // An order that ended and keeps its units.
    breaks(Invariant::Stock2, |evidence| evidence.orders[2].units_held = 1);
    breaks(Invariant::Stock2, |evidence| evidence.orders[0].units_held = 2);
}

#[test]
fn stock_3_units_left_and_people_turned_away() {
    breaks(Invariant::Stock3, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].available += 1;
    });
}

#[test]
fn stock_3_counts_units_that_went_back_to_the_product() {
    breaks(Invariant::Stock3, |evidence| {
        evidence.inventory[0].sold -= 1;
        evidence.inventory[0].total -= 1;
    });
}

#[test]
fn order_1_two_orders_of_one_ticket() {
    breaks(Invariant::Order1, |evidence| {
        let again = evidence.orders[0].clone();
        evidence.orders.push(again);
    });
}

#[test]
fn order_2_no_end_two_ends_or_another_end() {
    breaks(Invariant::Order2, |evidence| {
        evidence.transitions.retain(|t| !(t.terminal && t.order_id == order_id(1)));
    });
    breaks(Invariant::Order2, |evidence| {
        let mut again = evidence.transitions.iter().rfind(|t| t.terminal).unwrap().clone();
        again.sequence += 1;
        evidence.transitions.push(again);
    });
    breaks(Invariant::Order2, |evidence| {
        evidence.orders.retain(|order| order.id != order_id(2));
    });
    breaks(Invariant::Order2, |evidence| {
        evidence.orders[4].state = TicketState::Expired;
    });
}

#[test]
fn order_2_a_move_that_no_order_may_make() {
    // Money that is taken before it is set aside, and another card after it was.
    for (to, then) in [
        (TicketState::Capturing, TicketState::Capturing),
        (TicketState::Authorized, TicketState::Reserved),
    ] {
        breaks(Invariant::Order2, |evidence| {
            let mut of_order =
                evidence.transitions.iter_mut().filter(|t| t.order_id == order_id(1));
            let (second, third, fourth) =
                (of_order.nth(1).unwrap(), of_order.next().unwrap(), of_order.next().unwrap());
            (third.from_state, third.to_state) = (second.to_state, to);
            (fourth.from_state, fourth.to_state) = (to, then);
        });
    }
    breaks(Invariant::Order2, |evidence| evidence.orders[0].sequence += 1);
    breaks(Invariant::Order2, |evidence| evidence.transitions[1].sequence = 9);
}

#[test]
fn order_2_closed_in_line_and_with_an_order() {
    breaks_line(Invariant::Order2, |events| {
        events.retain(|(_, event)| {
            !matches!(event, RoomEvent::Admitted { tickets } if tickets[0] == score(32))
        });
        let Some((_, RoomEvent::Closed { tickets, .. })) = events.last_mut() else { panic!() };
        tickets.push(score(32));
    });
}

#[test]
fn order_3_lost_unexpected_and_unpublished() {
    // Told of the admission, but no order: what pop-then-produce does in a crash.
    breaks(Invariant::Order3, |evidence| {
        evidence.commands.retain(|command| command.order.ticket_id != ticket(5));
        evidence.orders.retain(|order| order.id != order_id(5));
    });
    // A command that was skipped, as auto-commit does.
    breaks(Invariant::Order3, |evidence| {
        evidence.shoppers[4].shown.pop();
        evidence.orders.retain(|order| order.id != order_id(5));
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.orders[0].id = OrderId::from_uuid(Uuid::from_u128(99));
    });
    // An order that nobody asked for, though its ticket joined.
    breaks(Invariant::Order3, |evidence| {
        evidence.commands.pop();
    });
    breaks(Invariant::Order3, |evidence| evidence.journal[0].events_pending = true);
    breaks(Invariant::Order3, |evidence| {
        evidence.order_events.remove(&order_id(1));
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.order_events.get_mut(&order_id(1)).unwrap().reverse();
    });
}

#[test]
fn order_3_changes_that_are_not_written_or_told_as_they_were() {
    breaks(Invariant::Order3, |evidence| {
        evidence.journal.remove(0);
    });
    breaks(Invariant::Order3, |evidence| {
        let mut again = evidence.journal[0].clone();
        again.id = journal_id(1, 99);
        evidence.journal.push(again);
    });
    breaks(Invariant::Order3, |evidence| {
        evidence.journal[0].states = vec![TicketState::Rejected];
    });
    breaks(Invariant::Order3, |evidence| evidence.journal[0].states.clear());
    breaks(Invariant::Order3, |evidence| evidence.orders[0].placed_by = journal_id(2, 1));
    // An event of a change that was never made, and a change that goes by two names.
    breaks(Invariant::Order3, |evidence| {
        let of_order = evidence.order_events.get_mut(&order_id(1)).unwrap();
        of_order.push((Uuid::from_u128(77), 6));
    });
    breaks(Invariant::Order3, |evidence| {
        let of_order = evidence.order_events.get_mut(&order_id(1)).unwrap();
        of_order.push((Uuid::from_u128(77), 5));
    });
}

#[test]
fn order_3_a_command_for_a_ticket_that_was_never_admitted() {
    breaks_line(Invariant::Order3, |events| {
        events.retain(|(_, event)| {
            !matches!(event, RoomEvent::Admitted { tickets } if tickets[0] == score(32))
        });
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
fn audit_1_changes_that_nobody_made() {
    breaks(Invariant::Audit1, |evidence| evidence.drop.limits_version = 3);
    breaks(Invariant::Audit1, |evidence| {
        evidence.audit.pop();
    });
    breaks(Invariant::Audit1, |evidence| evidence.audit[1].why.clear());
    breaks_line(Invariant::Audit1, |events| {
        let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
        configured.admission_rate_micro = 3_000_000;
    });
}

/// Limits as the audit log keeps them.
fn limits(rate: f64, version: i64) -> Value {
    json!({"limits": {"admission_rate_per_second": rate}, "version": version})
}

/// A ramp from the first rate to five times as much, whose steps raised the version three times.
fn ramp(evidence: &mut Evidence) {
    let mut begin = limits(5.0, 2);
    begin["over_seconds"] = json!(3);
    for (id, old, new) in [(3, limits(1.0, 2), begin), (4, limits(1.0, 2), limits(5.0, 5))] {
        let row = evidence.audit[1].clone();
        evidence.audit.push(AuditEvidence { id, old: Some(old), new: Some(new), ..row });
    }
    evidence.drop.limits_version = 5;
}

#[test]
fn audit_1_a_ramp_has_a_row_for_its_begin_and_one_for_its_end() {
    let is_refused = |rate_micro| {
        let (mut evidence, mut events) = (evidence(), happened());
        ramp(&mut evidence);
        let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
        configured.admission_rate_micro = rate_micro;
        evidence.events = chain(events);
        judge(&evidence).verdict(Invariant::Audit1).is_fail()
    };
    assert!(!is_refused(3_000_000), "it goes through that rate");
    assert!(is_refused(6_000_000), "it never comes to that rate");
    breaks(Invariant::Audit1, |evidence| {
        ramp(evidence);
        evidence.audit.pop();
    });
}

#[test]
fn idem_1_a_different_answer_to_the_same_call() {
    breaks(Invariant::Idem1, |evidence| {
        evidence.shoppers[0].again[0].2 = "409:2".to_owned();
    });
    breaks(Invariant::Idem1, |evidence| evidence.shoppers[0].joins[1].queue_number = 7);
}

#[test]
fn live_1_a_line_that_stands_still() {
    let stands_still = |events: &mut Vec<(i64, RoomEvent)>| {
        for (at_us, event) in events.iter_mut().skip(16) {
            if matches!(event, RoomEvent::Admitted { .. }) {
                *at_us += 8 * SECOND;
            }
        }
        for (at_us, _) in events.iter_mut().rev().take(2) {
            *at_us += 10 * SECOND;
        }
    };
    breaks(Invariant::Live1, |evidence| {
        let mut events = happened();
        stands_still(&mut events);
        evidence.events = chain(events);
        evidence.drop.ended_at_us = Some(46 * SECOND);
    });
    // While something is broken, it may stand still.
    let mut evidence = evidence();
    let mut events = happened();
    stands_still(&mut events);
    evidence.events = chain(events);
    let what = "kill -9 of the worker".to_owned();
    evidence.faults.push(Fault { what, began_us: 0, healed_us: 40 * SECOND });
    assert!(!judge(&evidence).verdict(Invariant::Live1).is_fail());
}

#[test]
fn live_2_what_does_not_settle() {
    breaks(Invariant::Live2, |evidence| evidence.orders[0].state = TicketState::Capturing);
    for status in ["unknown", "needs_review"] {
        breaks(Invariant::Live2, |evidence| evidence.payments[0].status = status.to_owned());
    }
    breaks(Invariant::Live2, |evidence| evidence.journal[0].events_pending = true);
    breaks(Invariant::Live2, |evidence| evidence.journal[0].line_pending = true);
    breaks(Invariant::Live2, |evidence| evidence.last_event_us = Some(500 * SECOND));
    breaks(Invariant::Live2, |evidence| {
        evidence.orders.pop();
    });
    breaks(Invariant::Live2, |evidence| evidence.orders[0].updated_at_us += 500 * SECOND);
    breaks(Invariant::Live2, |evidence| {
        evidence.shoppers[50].end.as_mut().unwrap().how = "gave_up".to_owned();
    });
    breaks(Invariant::Live2, |evidence| evidence.shoppers[50].end = None);
}
