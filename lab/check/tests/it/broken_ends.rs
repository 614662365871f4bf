//! What is left at the end, when it was told, and what a run must show.

use std::collections::BTreeMap;

use check::{
    Evidence, Requirement,
    evidence::{RefusedTry, RoomDump, Shown},
    faults::Fault,
    judge,
};
use shared::{invariants::Invariant, lifecycle::TicketState};

use crate::{
    broken::breaks,
    sound::{ENDED_US, SECOND, evidence, joined, last_journal_id, order_id, ticket},
};

/// Has Redis name this ticket as the live one of its account.
fn claim(evidence: &mut Evidence, n: u64) {
    let dump = evidence.redis.as_mut().unwrap();
    dump.intents.insert(joined(n).shopper_id, ticket(n));
}

#[test]
fn rest_1_redis_names_a_ticket_that_is_over() {
    breaks(Invariant::Rest1, |evidence| {
        evidence.redis.as_mut().unwrap().occupants.push(ticket(1));
    });
    breaks(Invariant::Rest1, |evidence| {
        evidence.redis.as_mut().unwrap().in_flight.push(ticket(3));
    });
    breaks(Invariant::Rest1, |evidence| {
        evidence.redis.as_mut().unwrap().leases.push(ticket(3));
    });
    // Closed in line.
    breaks(Invariant::Rest1, |evidence| claim(evidence, 50));
    // Nobody's.
    breaks(Invariant::Rest1, |evidence| claim(evidence, 99));
    // In line without a ticket.
    breaks(Invariant::Rest1, |evidence| {
        evidence.redis.as_mut().unwrap().in_line.push(joined(50).shopper_id);
    });
}

#[test]
fn rest_1_lets_redis_name_whose_order_goes_on() {
    let mut evidence = evidence();
    evidence.orders[0].state = TicketState::Reserved;
    claim(&mut evidence, 1);
    evidence.redis.as_mut().unwrap().occupants.push(ticket(1));
    assert_eq!(judge(&evidence).verdict(Invariant::Rest1).word(), "PASS");
    // With a row it is neither in flight nor in line.
    let mut in_flight = evidence.clone();
    in_flight.redis.as_mut().unwrap().in_flight.push(ticket(1));
    assert!(judge(&in_flight).verdict(Invariant::Rest1).is_fail());
    let mut in_line = evidence.clone();
    in_line.redis.as_mut().unwrap().in_line.push(joined(1).shopper_id);
    assert!(judge(&in_line).verdict(Invariant::Rest1).is_fail());
    evidence.redis = None;
    assert_eq!(judge(&evidence).verdict(Invariant::Rest1).word(), "NOT-APPLICABLE");
}

#[test]
fn rest_1_holds_with_the_room_of_a_drop_that_is_over_and_without_it() {
    let mut evidence = evidence();
    let verdict = |evidence: &Evidence| judge(evidence).verdict(Invariant::Rest1).clone();
    let with_it = verdict(&evidence);
    evidence.redis = Some(RoomDump::default());
    let without_it = verdict(&evidence);
    for (verdict, words) in [(with_it, "still there"), (without_it, "gone")] {
        assert_eq!(verdict.word(), "PASS");
        assert!(verdict.to_string().contains(words), "{verdict}");
    }
}

/// Has one waiter hear the end late.
fn hear_late(shown: &mut [Shown]) {
    let Some(Shown::Closed { at_us }) = shown.last_mut() else { panic!() };
    *at_us = ENDED_US + 3 * SECOND;
}

#[test]
fn end_1_a_connected_waiter_who_hears_late_or_never() {
    breaks(Invariant::End1, |evidence| hear_late(&mut evidence.shoppers[40].shown));
    breaks(Invariant::End1, |evidence| {
        evidence.shoppers[40].shown.pop();
    });
}

#[test]
fn end_1_is_not_about_those_who_are_not_connected() {
    let mut polling = evidence();
    hear_late(&mut polling.shoppers[40].shown);
    let Some(Shown::Position { by_stream, .. }) = polling.shoppers[40].shown.get_mut(2) else {
        panic!()
    };
    *by_stream = false;
    assert!(!judge(&polling).verdict(Invariant::End1).is_fail());

    let mut reloading = evidence();
    hear_late(&mut reloading.shoppers[40].shown);
    reloading.shoppers[40].hung_up_us = vec![ENDED_US];
    assert!(!judge(&reloading).verdict(Invariant::End1).is_fail());

    let mut broken = evidence();
    hear_late(&mut broken.shoppers[40].shown);
    let (began_us, healed_us) = (ENDED_US - SECOND, ENDED_US);
    broken.faults.push(Fault { what: "kill -9 of admission".to_owned(), began_us, healed_us });
    assert!(!judge(&broken).verdict(Invariant::End1).is_fail());
}

#[test]
fn end_1_units_that_come_back_late_or_never() {
    breaks(Invariant::End1, |evidence| {
        let mut transitions = evidence.transitions.iter_mut();
        let end = transitions.find(|t| t.terminal && t.order_id == order_id(7));
        end.unwrap().at_us += 5 * SECOND;
    });
    breaks(Invariant::End1, |evidence| {
        evidence.moves.retain(|change| change.journal_id != Some(last_journal_id(7)));
    });
}

#[test]
fn a_run_that_judged_too_little_is_not_clean() {
    let report = judge(&evidence());
    let require = |invariant, n_cases| {
        let required = [Requirement::new(invariant, n_cases)];
        report.clone().held_to(&required, None, None)
    };
    assert!(require(Invariant::Queue1, 32).is_clean());
    assert!(!require(Invariant::Queue1, 33).is_clean());
    // Nothing to judge, and nobody who could have met the limit.
    for invariant in [Invariant::Pass1, Invariant::Limit1] {
        let report = require(invariant, 1);
        assert!(!report.is_clean());
        assert!(report.shortfalls[0].contains(invariant.name()), "{report}");
    }
}

#[test]
fn answers_with_5xx_and_429_are_counted_outside_of_faults() {
    let mut evidence = evidence();
    let refused = |status, at_us| RefusedTry { process: 9, status, at_us };
    evidence.refused_tries =
        vec![refused(503, 20 * SECOND), refused(503, 21 * SECOND), refused(429, 20 * SECOND)];
    let report = judge(&evidence);
    assert_eq!(report.unexpected_statuses, BTreeMap::from([(429, 1), (503, 2)]));
    assert!(report.clone().held_to(&[], None, Some(3)).is_clean(), "{report}");
    assert!(!report.held_to(&[], None, Some(2)).is_clean());
    let what = "kill -9 of the storefront".to_owned();
    evidence.faults.push(Fault { what, began_us: 18 * SECOND, healed_us: 19 * SECOND });
    assert!(judge(&evidence).unexpected_statuses.is_empty());
}
