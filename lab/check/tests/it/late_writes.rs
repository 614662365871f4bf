//! Records that landed in the log when nobody reckoned with them any more.

use check::{Evidence, evidence::BoundaryEvidence, judge};
use shared::{
    invariants::Invariant,
    line::{Epoch, EventPoint, RoomEvent},
    messages::QueueEventV1,
};

use crate::{
    rebuilt::{epoch_behind, lost_join, rebuild},
    sound::{SECOND, chain, drop_id, evidence, happened, joined},
};

/// Index of the record with which the second epoch begins.
const BEGUN: usize = 35;
const BEGUN_US: i64 = 33 * SECOND;

/// A new line was built when the last ticket had been let in; nothing was lost.
fn rebuilt() -> Evidence {
    let mut evidence = evidence();
    let mut before = happened();
    let after = before.split_off(BEGUN);
    rebuild(&mut evidence, before, BEGUN_US, after);
    evidence
}

/// The join of a ticket that nobody was given, behind another record.
fn late_join(last: &QueueEventV1, n: u64) -> QueueEventV1 {
    let point = EventPoint { evn: last.evn + 1, ..last.point() };
    let event = RoomEvent::Joined { tickets: vec![joined(n)] };
    QueueEventV1::chained(drop_id(), point, last.at_us, event, last.hash)
}

/// Two writes that were given up, behind the event that the second epoch follows.
fn late_joins(evidence: &Evidence) -> [QueueEventV1; 2] {
    let first = late_join(&evidence.events[BEGUN - 1], 61);
    let second = late_join(&first, 62);
    [first, second]
}

/// Expects QUEUE-2 to be violated, with this text.
#[track_caller]
fn fails_with(evidence: &Evidence, text: &str) {
    let report = judge(evidence);
    let verdict = report.verdict(Invariant::Queue2);
    assert!(verdict.is_fail() && verdict.to_string().contains(text), "{report}");
}

#[test]
fn a_late_write_behind_the_event_that_an_epoch_follows_does_not_count() {
    assert!(judge(&rebuilt()).is_clean(), "{}", judge(&rebuilt()));
    for at in [BEGUN, BEGUN + 1, BEGUN + 3] {
        let mut evidence = rebuilt();
        let late = late_joins(&evidence);
        evidence.events.splice(at..at, late);
        let report = judge(&evidence);
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.excuses.late_events, 2);
    }
}

#[test]
fn two_contents_of_an_event_are_a_break_only_where_it_counts() {
    let mut evidence = rebuilt();
    let last = evidence.events[BEGUN - 1].clone();
    evidence.events.extend([late_join(&last, 61), late_join(&last, 62)]);
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");

    let before = evidence.events[BEGUN - 2].clone();
    evidence.events.push(late_join(&before, 61));
    fails_with(&evidence, "two contents");
}

#[test]
fn an_epoch_that_the_next_one_passes_by_does_not_count() {
    let mut evidence = rebuilt();
    let before = chain(happened()[..BEGUN].to_vec());
    let second = vec![(BEGUN_US, RoomEvent::Joined { tickets: vec![joined(61)] })];
    let last = before.last().unwrap();
    let second = epoch_behind(last, Epoch(2), BEGUN_US, second);
    let third = epoch_behind(last, Epoch(3), BEGUN_US, happened()[BEGUN..].to_vec());
    evidence.events = [before, second, third].concat();
    evidence.drop.epoch = 3;
    evidence.boundaries.push(BoundaryEvidence { epoch: 3, generation: 1, log_offset: 1_000 });
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.excuses.late_events, 2);
}

#[test]
fn queue_2_an_epoch_that_follows_too_early_an_event_loses_the_join_behind_it() {
    let mut evidence = lost_join();
    // It was logged in time, and the new line was built without it all the same.
    let join = late_join(&evidence.events[2], 60);
    evidence.events.insert(3, join);
    assert_eq!(judge(&evidence).excuses.late_events, 1);
    fails_with(&evidence, "is lost");
}

#[test]
fn queue_2_a_break_of_the_chain_beside_a_late_write() {
    let broken = |text: &str, change: fn(&mut Vec<QueueEventV1>)| {
        let mut evidence = rebuilt();
        let late = late_joins(&evidence);
        change(&mut evidence.events);
        evidence.events.extend(late);
        fails_with(&evidence, text);
    };
    // The event that the epoch follows, one before it, and the second one of the epoch.
    broken("is not chained to the one before it", |events| drop(events.remove(BEGUN - 1)));
    broken("events are missing in between", |events| drop(events.remove(5)));
    broken("events are missing in between", |events| drop(events.remove(BEGUN + 1)));
    // An epoch that is chained to the late write and says that it follows the event before it.
    broken("is not chained to the one before it", |events| {
        let last = &events[BEGUN - 1];
        let other = QueueEventV1 { hash: late_join(last, 61).hash, ..last.clone() };
        let epoch = epoch_behind(&other, Epoch(2), BEGUN_US, happened()[BEGUN..].to_vec());
        events.truncate(BEGUN);
        events.extend(epoch);
    });
}
