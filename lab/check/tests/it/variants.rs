//! Two variants in one drop: positions and order count among those who want the same one.

use check::{
    Evidence,
    evidence::{InventoryEvidence, Shown},
    judge,
};
use shared::{
    drops::{CloseReason, DropState},
    ids::VariantId,
    invariants::Invariant,
    line::{JoinedTicket, RoomEvent},
};
use uuid::Uuid;

use crate::sound::{
    ADMITTED, ENDED_US, SECOND, SHOPPERS, chain, evidence, happened, joined, position, score,
};

type Happened = Vec<(i64, RoomEvent)>;

/// Lets these shoppers want a second variant, of which the drop has no units.
fn want_another(events: &mut Happened, who: impl Fn(u64) -> bool) {
    let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
    for (n, ticket) in (1..).zip(tickets) {
        if who(n) {
            *ticket = of_another(n);
        }
    }
}

fn of_another(n: u64) -> JoinedTicket {
    let mut ticket = joined(n);
    ticket.intent.variant_id = another();
    ticket
}

fn another() -> VariantId {
    VariantId::from_uuid(Uuid::from_u128(9))
}

/// Gives the drop units of the second variant.
fn stock_up(evidence: &mut Evidence, units: i32) {
    let mut carved = evidence.moves[0].clone();
    (carved.variant_id, carved.d_available) = (another(), units);
    evidence.moves.push(carved);
    evidence.inventory.push(InventoryEvidence {
        variant_id: another(),
        total: units,
        available: units,
        reserved: 0,
        sold: 0,
        version: 1,
    });
}

/// A sound run in which nobody of those who are never let in wants what is sold: their line does
/// not move.
fn two_lines() -> Evidence {
    let mut evidence = evidence();
    let mut events = happened();
    want_another(&mut events, |n| n > ADMITTED);
    evidence.events = chain(events);
    for (n, story) in (1..=SHOPPERS).zip(&mut evidence.shoppers) {
        if n > ADMITTED {
            story.shown.retain(|shown| !matches!(shown, Shown::Position { .. }));
            story.shown.insert(0, position(3, n - ADMITTED, None));
            story.shown.insert(1, position(33, n - ADMITTED, None));
        }
    }
    evidence
}

#[test]
fn pos_1_counts_those_who_want_the_same_variant() {
    let evidence = two_lines();
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
    // The rank in the lane as a whole is not the position.
    let mut whole_lane = evidence;
    whole_lane.shoppers[40].shown[0] = position(3, 41, None);
    assert!(judge(&whole_lane).verdict(Invariant::Pos1).is_fail());
}

#[test]
fn pos_1_a_position_that_falls_as_others_are_let_in_elsewhere() {
    let mut evidence = two_lines();
    evidence.shoppers[40].shown[1] = position(33, 1, None);
    assert!(judge(&evidence).verdict(Invariant::Pos1).is_fail());
}

#[test]
fn queue_1_is_judged_among_those_who_want_the_same_variant() {
    // The third is let in before the second.
    let swapped = || {
        let mut events = happened();
        let (a, b) = (events[4].0, events[5].0);
        events.swap(4, 5);
        (events[4].0, events[5].0) = (a, b);
        events
    };
    let verdict = |events| {
        let mut evidence = evidence();
        evidence.events = chain(events);
        judge(&evidence).verdict(Invariant::Queue1).is_fail()
    };
    assert!(verdict(swapped()));
    let mut events = swapped();
    want_another(&mut events, |n| n == 2);
    assert!(!verdict(events));
    let mut events = swapped();
    want_another(&mut events, |n| n == 2 || n == 3);
    assert!(verdict(events));
}

#[test]
fn live_1_units_that_nobody_in_line_wants_are_not_due() {
    // Nobody is let in for twelve seconds.
    let stalled = |wants_another: fn(u64) -> bool| {
        let mut evidence = evidence();
        let mut events = happened();
        want_another(&mut events, wants_another);
        for (at_us, _) in &mut events[13..] {
            *at_us += 12 * SECOND;
        }
        evidence.events = chain(events);
        evidence.drop.ended_at_us = Some(ENDED_US + 12 * SECOND);
        judge(&evidence).verdict(Invariant::Live1).is_fail()
    };
    assert!(stalled(|_| false));
    // Meanwhile nobody waits for what the drop has.
    assert!(!stalled(|n| n > 10));
}

#[test]
fn queue_2_a_number_is_given_once_whatever_the_variant() {
    let mut evidence = evidence();
    let mut events = happened();
    let mut second = of_another(61);
    second.score = score(60).score;
    events.insert(3, (SECOND / 2, RoomEvent::Joined { tickets: vec![second] }));
    evidence.events = chain(events);
    let report = judge(&evidence);
    assert!(report.to_string().contains("share the number 60"), "{report}");
    assert!(report.verdict(Invariant::Queue2).is_fail());
}

#[test]
fn stock_3_units_of_the_variant_that_was_waited_for() {
    let fails = |evidence: &Evidence| judge(evidence).verdict(Invariant::Stock3).is_fail();
    let mut evidence = two_lines();
    assert!(!fails(&evidence), "nothing of it was there");
    stock_up(&mut evidence, 5);
    assert!(fails(&evidence), "they were told that it is sold out");

    // Closed one by one, since too few are left.
    let closed_for_want = |units| {
        let mut evidence = two_lines();
        stock_up(&mut evidence, units);
        evidence.drop.state = DropState::Closed;
        let mut events = happened();
        want_another(&mut events, |n| n > ADMITTED);
        for (_, event) in &mut events {
            if let RoomEvent::Ended { reason } = event {
                *reason = CloseReason::Closed;
            }
            if let RoomEvent::Closed { reason, .. } = event {
                *reason = CloseReason::NotEnough;
            }
        }
        evidence.events = chain(events);
        fails(&evidence)
    };
    assert!(closed_for_want(1));
    assert!(!closed_for_want(0));
}

#[test]
fn stock_3_units_that_nobody_in_line_wants_are_not_missed() {
    let still_open = |wants_another: fn(u64) -> bool| {
        let mut evidence = evidence();
        stock_up(&mut evidence, 5);
        evidence.drop.state = DropState::Open;
        let mut events = happened();
        want_another(&mut events, wants_another);
        events.truncate(events.len() - 2);
        evidence.events = chain(events);
        judge(&evidence).verdict(Invariant::Stock3).is_fail()
    };
    assert!(!still_open(|_| false), "all wait for what is sold out");
    assert!(still_open(|n| n > ADMITTED));
}
