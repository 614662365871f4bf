//! A drop that lets people into a site: what is judged of it, and PASS-1 seen violated.

use std::collections::HashMap;

use check::{
    Evidence,
    evidence::{
        AuditEvidence, JournalEvidence, OrderEvidence, SeenVisit, Shown, TransitionEvidence,
    },
    judge,
};
use serde_json::json;
use shared::{
    drops::{CloseReason, DropState, Fulfilment},
    invariants::Invariant,
    lifecycle::TicketState,
    line::RoomEvent,
};
use uuid::Uuid;

use crate::sound::{SECOND, chain, evidence, happened, journal_id};

/// Behind the last admission.
const CLOSED_US: i64 = 33 * SECOND;

/// The sound run, in which those who were let in visit a site instead of buying: two of them never go
/// there, and the others stay for a second.
pub(crate) fn visits() -> Evidence {
    let mut evidence = evidence();
    (evidence.drop.fulfilment, evidence.drop.state) = (Fulfilment::Pass, DropState::Closed);
    evidence.drop.ended_at_us = Some(CLOSED_US);
    evidence.events = chain(closed());
    let stock = &mut evidence.inventory[0];
    (stock.total, stock.sold, stock.version) = (0, 0, 1);
    evidence.moves.truncate(1);
    evidence.moves[0].d_available = 0;
    (evidence.payments, evidence.ledger, evidence.provider) = (vec![], vec![], vec![]);
    (evidence.journal, evidence.transitions) = (vec![], vec![]);
    evidence.order_events = HashMap::new();
    let mut orders = std::mem::take(&mut evidence.orders);
    for (n, order) in (1..).zip(&mut orders) {
        visit(&mut evidence, n, order);
    }
    evidence.orders = orders;
    for story in &mut evidence.shoppers {
        for (_, state) in &mut story.order_states {
            *state = of_visit(*state);
        }
        for shown in &mut story.shown {
            if let Shown::Closed { at_us } = shown {
                *at_us = CLOSED_US + SECOND / 2;
            }
        }
    }
    evidence
}

/// What happened in the line, which closes at its time.
fn closed() -> Vec<(i64, RoomEvent)> {
    let mut events = happened();
    for (at_us, event) in &mut events {
        if let RoomEvent::Ended { reason } | RoomEvent::Closed { reason, .. } = event {
            (*at_us, *reason) = (CLOSED_US, CloseReason::Closed);
        }
    }
    events
}

const fn of_visit(state: TicketState) -> TicketState {
    match state {
        TicketState::Reserved => TicketState::Passed,
        TicketState::Confirmed => TicketState::Visited,
        other => other,
    }
}

/// Makes the pass of a shopper out of an order, with all that is told of it.
fn visit(evidence: &mut Evidence, n: u64, order: &mut OrderEvidence) {
    let states: &[TicketState] = match of_visit(order.state) {
        TicketState::Visited => &[TicketState::Passed, TicketState::Redeemed, TicketState::Visited],
        _ => &[TicketState::Passed, TicketState::Expired],
    };
    let mut from_state = TicketState::Admitted;
    let mut published = Vec::new();
    for (sequence, to_state) in (1..).zip(states.iter().copied()) {
        let terminal = to_state.is_terminal();
        let at_us = if terminal { order.updated_at_us } else { order.processed_at_us };
        let order_id = order.id;
        let step = TransitionEvidence { order_id, sequence, from_state, to_state, terminal, at_us };
        evidence.transitions.push(step);
        evidence.journal.push(JournalEvidence {
            id: journal_id(n, usize::try_from(sequence).unwrap()),
            orders: vec![order_id],
            sequences: vec![sequence],
            states: vec![to_state],
            events_pending: false,
            line_pending: false,
        });
        let event_id =
            Uuid::from_u128(0x9000 + u128::from(n * 10) + u128::from(sequence.unsigned_abs()));
        published.push((event_id, i64::from(sequence)));
        from_state = to_state;
    }
    evidence.order_events.insert(order.id, published);
    (order.state, order.sequence) = (from_state, i32::try_from(states.len()).unwrap());
    (order.units_held, order.amount_minor, order.is_only_one) = (0, 0, false);
}

/// Breaks the run and expects PASS-1 among what is named.
#[track_caller]
fn breaks(change: impl FnOnce(&mut Evidence)) {
    let mut evidence = visits();
    change(&mut evidence);
    let report = judge(&evidence);
    assert!(report.verdict(Invariant::Pass1).is_fail(), "{report}");
}

#[test]
fn a_run_of_visits_violates_nothing() {
    let report = judge(&visits());
    assert!(report.is_clean(), "{report}");
    let verdict = report.verdict(Invariant::Pass1);
    assert_eq!((verdict.word(), verdict.n_cases()), ("PASS", 30), "{report}");
}

/// Where the first redemption stands.
pub(crate) fn redemption(evidence: &Evidence) -> usize {
    let mut steps = evidence.transitions.iter();
    steps.position(|step| step.to_state == TicketState::Redeemed).unwrap()
}

#[test]
fn pass_1_a_pass_that_is_redeemed_twice_or_late_or_by_nothing() {
    breaks(|evidence| {
        let at = redemption(evidence);
        evidence.transitions.push(evidence.transitions[at].clone());
    });
    breaks(|evidence| {
        let at = redemption(evidence);
        evidence.transitions[at].at_us += 5 * SECOND;
    });
    breaks(|evidence| {
        let at = redemption(evidence);
        let step = evidence.transitions.remove(at);
        let mut orders = evidence.orders.iter_mut();
        orders.find(|order| order.id == step.order_id).unwrap().state = TicketState::Redeemed;
    });
}

/// What a visitor was told of the visit of the first pass that was redeemed: asked so long after
/// its end, and answered at once.
fn looked(evidence: &Evidence, inside: bool, after_us: i64) -> SeenVisit {
    let order_id = evidence.transitions[redemption(evidence)].order_id;
    let mut steps = evidence.transitions.iter();
    let end = steps.find(|step| step.terminal && step.order_id == order_id).unwrap();
    let asked_at_us = end.at_us + after_us;
    let ticket_id = order_id.into();
    SeenVisit::Looked { ticket_id, inside, asked_at_us, answered_at_us: asked_at_us }
}

#[test]
fn pass_1_a_visitor_who_sees_what_the_passes_do_not_explain() {
    for (inside, after_us) in [(true, 2 * SECOND), (false, -SECOND / 2)] {
        breaks(|evidence| {
            let looked = looked(evidence, inside, after_us);
            evidence.shoppers[0].visits.push(looked);
        });
    }
    let entered = |evidence: &Evidence| {
        let order_id = evidence.transitions[redemption(evidence)].order_id;
        SeenVisit::Entered { ticket_id: order_id.into() }
    };
    breaks(|evidence| {
        let entered = entered(evidence);
        evidence.shoppers[0].visits.push(entered);
        evidence.shoppers[1].visits.push(entered);
    });
    breaks(|evidence| {
        let unpaid = evidence.orders.iter().find(|order| order.state == TicketState::Expired);
        let ticket_id = unpaid.unwrap().id.into();
        evidence.shoppers[0].visits.push(SeenVisit::Entered { ticket_id });
    });

    let mut sound = visits();
    let seen =
        [entered(&sound), looked(&sound, true, -SECOND / 2), looked(&sound, false, SECOND / 2)];
    sound.shoppers[0].visits.extend(seen);
    let verdict = judge(&sound).verdict(Invariant::Pass1).clone();
    assert!(verdict.to_string().contains("2 looks at the gate"), "{verdict}");
}

/// Lets so many inside at one time.
fn cap(evidence: &mut Evidence, cap: u32) {
    let mut events = closed();
    let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
    configured.occupancy_cap = cap;
    evidence.events = chain(events);
    evidence.drop.occupancy_cap = i32::try_from(cap).unwrap();
}

#[test]
fn pass_1_more_people_inside_than_may_be() {
    // Two passes are good until their time is over, and others visit meanwhile.
    breaks(|evidence| cap(evidence, 1));
    let mut roomy = visits();
    cap(&mut roomy, 3);
    assert!(!judge(&roomy).verdict(Invariant::Pass1).is_fail());
}

/// The run of visits with people who were counted in by hand: so many at a time, since a moment.
fn counted_in(increments: &[(i64, i64)]) -> Evidence {
    let mut evidence = visits();
    (evidence.drop.manual, evidence.drop.admission_rate_per_second) = (true, 100_000.0);
    let mut events = closed();
    let RoomEvent::Configured(configured) = &mut events[1].1 else { panic!() };
    configured.admission_rate_micro = 100_000_000_000;
    evidence.events = chain(events);
    for (n, (at_us, counter)) in (10..).zip(increments.iter().copied()) {
        let counts = |counter| json!({"serving_counter": counter, "served_up_to": counter});
        evidence.audit.push(AuditEvidence {
            id: n,
            at_us,
            actor: "seller:x".to_owned(),
            old: Some(counts(-1)),
            new: Some(counts(counter)),
            why: "a test".to_owned(),
        });
        evidence.drop.limits_version += 1;
    }
    evidence
}

#[test]
fn rate_1_a_number_that_nobody_counted_in_or_only_later() {
    let judged = |increments: &[(i64, i64)]| judge(&counted_in(increments));
    let report = judged(&[(0, 20), (5 * SECOND, 32)]);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.verdict(Invariant::Rate1).n_cases(), 32, "{report}");
    assert_eq!(report.verdict(Invariant::Live1).word(), "NOT-APPLICABLE", "{report}");
    for increments in [
        &[(0, 20), (5 * SECOND, 31)],
        &[(0, 20), (25 * SECOND, 32)],
        &[(3 * SECOND, 40), (4 * SECOND, 1)],
    ] {
        let report = judged(increments);
        assert!(report.verdict(Invariant::Rate1).is_fail(), "{increments:?}:\n{report}");
    }
}

#[test]
fn stock_3_a_drop_without_stock_that_is_sold_out() {
    let mut evidence = visits();
    assert_eq!(judge(&evidence).verdict(Invariant::Stock3).word(), "NOT-APPLICABLE");
    evidence.drop.state = DropState::SoldOut;
    assert!(judge(&evidence).verdict(Invariant::Stock3).is_fail());
}
