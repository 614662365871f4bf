//! What comes to no end, seen as such.

use check::{faults::Fault, judge};
use shared::{invariants::Invariant, lifecycle::TicketState, line::RoomEvent};

use crate::{
    broken::breaks,
    sound::{SECOND, chain, evidence, happened},
};

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
