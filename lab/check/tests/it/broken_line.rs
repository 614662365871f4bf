//! The invariants of the line, seen violated.

use check::{Evidence, evidence::Shown, judge};
use shared::{ids::TicketId, invariants::Invariant, line::RoomEvent};

use crate::{
    broken::{breaks, breaks_line},
    sound::{SECOND, chain, evidence, happened, joined, position, score},
};

#[test]
fn queue_1_admitted_past_a_lower_number() {
    breaks_line(Invariant::Queue1, |events| {
        let (a, b) = (events[4].0, events[5].0);
        events.swap(4, 5);
        (events[4].0, events[5].0) = (a, b);
    });
}

#[test]
fn queue_1_a_later_join_with_a_lower_number() {
    breaks(Invariant::Queue1, |evidence| {
        evidence.shoppers[50].join_sent_ns = Some(u64::MAX);
        evidence.shoppers[51].joins[0].answered_ns = 1;
    });
}

/// Has the second shopper's turn pass at this moment, and the shopper come back two events later.
fn missed_at(at_us: i64) -> Vec<(i64, RoomEvent)> {
    let mut events = happened();
    let RoomEvent::Admitted { tickets } = &events[4].1 else { panic!() };
    assert_eq!(*tickets, [score(2)]);
    let admitted = events.remove(4).1;
    events.insert(4, (at_us, RoomEvent::Missed { tickets: vec![joined(2)] }));
    events.insert(6, (events[5].0, RoomEvent::Returned { tickets: vec![joined(2)] }));
    events.insert(7, (events[6].0, admitted));
    events
}

/// The run with these events, of which nobody was shown what no longer holds.
fn run_with(events: Vec<(i64, RoomEvent)>) -> Evidence {
    let mut evidence = evidence();
    evidence.events = chain(events);
    for story in &mut evidence.shoppers {
        story.shown.retain(|shown| !matches!(shown, Shown::Position { evn: 33, .. }));
    }
    evidence
}

#[test]
fn queue_1_lets_the_line_go_on_without_those_who_are_absent() {
    let mut evidence = run_with(missed_at(2 * SECOND));
    evidence.shoppers[1].was_away = true;
    let report = judge(&evidence);
    assert!(!report.verdict(Invariant::Queue1).is_fail(), "{report}");
    assert!(!report.verdict(Invariant::Queue2).is_fail(), "{report}");
}

#[test]
fn queue_1_somebody_who_was_there_is_missed() {
    let evidence = run_with(missed_at(2 * SECOND));
    assert!(judge(&evidence).verdict(Invariant::Queue1).is_fail());
}

#[test]
fn queue_2_a_turn_that_was_missed_comes_without_a_return() {
    let mut events = missed_at(2 * SECOND);
    let back = events.remove(6);
    assert!(matches!(back.1, RoomEvent::Returned { .. }));
    assert!(judge(&run_with(events)).verdict(Invariant::Queue2).is_fail());
    // And somebody returns who was not missed.
    breaks_line(Invariant::Queue2, |events| {
        let at_us = events[4].0;
        events.insert(5, (at_us, RoomEvent::Returned { tickets: vec![joined(20)] }));
    });
}

#[test]
fn queue_2_lost_joins_and_a_broken_log() {
    breaks_line(Invariant::Queue2, |events| {
        let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
        tickets.pop();
    });
    breaks_line(Invariant::Queue2, |events| {
        let Some((_, RoomEvent::Closed { tickets, .. })) = events.last_mut() else { panic!() };
        tickets.pop();
    });
    breaks(Invariant::Queue2, |evidence| {
        evidence.events.remove(5);
    });
    breaks(Invariant::Queue2, |evidence| evidence.events[5].at_us += 1);
    breaks(Invariant::Queue2, |evidence| {
        let mut other = happened();
        other[5].0 += 1;
        evidence.events.push(chain(other)[5].clone());
    });
}

#[test]
fn queue_2_a_ticket_admitted_twice() {
    breaks_line(Invariant::Queue2, |events| {
        let again = events[3].clone();
        events.insert(4, (again.0 + 1, again.1));
    });
}

#[test]
fn a_record_that_two_writers_wrote_counts_once() {
    let mut evidence = evidence();
    let again = evidence.events[3..9].to_vec();
    evidence.events.extend(again);
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
}

#[test]
fn queue_3_two_live_tickets_of_one_account() {
    breaks_line(Invariant::Queue3, |events| {
        let mut second = joined(61);
        second.shopper_id = joined(60).shopper_id;
        events.insert(3, (SECOND / 2, RoomEvent::Joined { tickets: vec![second] }));
    });
    breaks(Invariant::Queue3, |evidence| {
        evidence.shoppers[0].joins[1].ticket_id = TicketId::generate();
    });
}

#[test]
fn queue_2_a_ticket_that_comes_back_although_nothing_was_lost() {
    // Let in, and back in line within the same epoch.
    breaks_line(Invariant::Queue2, |events| {
        events.insert(4, (SECOND + 1, RoomEvent::Attached { tickets: vec![joined(1)] }));
    });
    // The join is not in the log, and no fault took it.
    breaks_line(Invariant::Queue2, |events| {
        let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
        let last = tickets.pop().unwrap();
        events.insert(3, (SECOND / 2, RoomEvent::Attached { tickets: vec![last] }));
    });
}

#[test]
fn pos_1_a_position_that_rises() {
    breaks(Invariant::Pos1, |evidence| {
        evidence.shoppers[40].shown.insert(2, position(5, 41, None));
    });
    // A label that the log does not confirm.
    breaks(Invariant::Pos1, |evidence| {
        evidence.shoppers[40].shown.insert(2, position(5, 41, Some("rebuild")));
    });
    // Admitted, and then back in line.
    breaks(Invariant::Pos1, |evidence| evidence.shoppers[1].shown.push(position(9, 1, None)));
}

#[test]
fn pos_1_a_position_that_is_not_the_rank() {
    // It never rises, and is still untrue.
    breaks(Invariant::Pos1, |evidence| {
        for shown in evidence.shoppers.iter_mut().flat_map(|story| &mut story.shown) {
            if let Shown::Position { position, .. } = shown {
                *position = 1;
            }
        }
    });
    // One too far back, and one too far ahead.
    for wrong in [39, 37] {
        breaks(Invariant::Pos1, |evidence| {
            evidence.shoppers[40].shown.insert(2, position(6, wrong, None));
        });
    }
    // A ticket that stands in line no more.
    breaks(Invariant::Pos1, |evidence| {
        evidence.shoppers[1].shown.insert(2, position(5, 1, None));
    });
}

#[test]
fn pos_1_a_rise_for_a_reason_that_moves_nobody() {
    let mut evidence = evidence();
    let mut events = happened();
    let configured = events[1].1.clone();
    events.insert(4, (SECOND + 1, configured));
    evidence.events = chain(events);
    for story in &mut evidence.shoppers {
        story.shown.retain(|shown| !matches!(shown, Shown::Position { evn: 33, .. }));
    }
    assert!(!judge(&evidence).verdict(Invariant::Pos1).is_fail());
    evidence.shoppers[40].shown.insert(2, position(5, 41, Some("operator")));
    assert!(judge(&evidence).verdict(Invariant::Pos1).is_fail());
}

#[test]
fn pos_1_lets_a_position_rise_where_the_log_says_why() {
    let mut evidence = evidence();
    let mut events = happened();
    events.insert(4, (SECOND + 1, RoomEvent::Attached { tickets: vec![joined(1)] }));
    events.insert(5, (SECOND + 2, RoomEvent::Left { tickets: vec![score(1)] }));
    evidence.events = chain(events);
    for story in &mut evidence.shoppers {
        story.shown.retain(|shown| !matches!(shown, Shown::Position { evn: 33, .. }));
    }
    let mut risen = evidence.clone();
    risen.shoppers[40].shown.insert(2, position(5, 41, Some("returned")));
    let report = judge(&risen);
    assert!(!report.verdict(Invariant::Pos1).is_fail(), "{report}");
    // Without a label the position stays.
    let mut held = evidence.clone();
    held.shoppers[40].shown.insert(2, position(5, 40, None));
    let report = judge(&held);
    assert!(!report.verdict(Invariant::Pos1).is_fail(), "{report}");
    // With another label than the log's it is not explained.
    evidence.shoppers[40].shown.insert(2, position(5, 41, Some("rebuild")));
    assert!(judge(&evidence).verdict(Invariant::Pos1).is_fail());
}
