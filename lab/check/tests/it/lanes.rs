//! LANE-1, kept and violated.

use std::collections::BTreeMap;

use check::{Verdict, evidence::LaneEvidence, judge};
use shared::{
    invariants::Invariant,
    line::{Lane, RoomEvent},
};

use crate::sound::{SECOND, chain, evidence, happened, joined, score};

/// Every other shopper is in lane 1, which has this share; they are let in in this order.
fn let_in(share_percent: i16, order: &[u8]) -> Verdict {
    let mut evidence = evidence();
    evidence.lanes = vec![LaneEvidence { lane: 1, share_percent }];
    let mut events = happened();
    events.truncate(3);
    let RoomEvent::Joined { tickets } = &mut events[2].1 else { panic!() };
    let mut next = BTreeMap::from([(0, (2..).step_by(2)), (1, (1..).step_by(2))]);
    for (n, ticket) in (1..).zip(tickets) {
        *ticket = joined(n);
        ticket.lane = Lane((n % 2) as u8);
    }
    for (at_s, lane) in (1..).zip(order) {
        let mut ticket = score(next.get_mut(lane).and_then(Iterator::next).unwrap());
        ticket.lane = Lane(*lane);
        events.push((at_s * SECOND, RoomEvent::Admitted { tickets: vec![ticket] }));
    }
    evidence.events = chain(events);
    judge(&evidence).verdict(Invariant::Lane1).clone()
}

#[test]
fn lane_1_shares_that_are_kept() {
    let verdict = let_in(20, &[0, 1, 0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!((verdict.word(), verdict.n_cases()), ("PASS", 10), "{verdict}");
    assert_eq!(let_in(0, &[0; 10]).word(), "NOT-APPLICABLE", "nothing to compare with");
}

#[test]
fn lane_1_a_lane_that_is_starved_or_favoured() {
    for order in [&[0; 10][..], &[1, 1, 1], &[0, 1, 1, 0, 0, 1, 1]] {
        assert!(let_in(20, order).is_fail(), "{order:?}");
    }
}

#[test]
fn lane_1_a_lane_without_a_share_before_others() {
    assert!(let_in(0, &[0, 1, 0]).is_fail());
    // Once the others have nobody, it may.
    let all_of_lane_0_first = [vec![0; 30], vec![1; 5]].concat();
    assert!(!let_in(0, &all_of_lane_0_first).is_fail());
}

#[test]
fn lane_1_is_not_judged_in_a_drop_with_one_lane() {
    assert_eq!(judge(&evidence()).verdict(Invariant::Lane1).word(), "NOT-APPLICABLE");
}
