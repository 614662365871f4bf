//! What a loss of Redis excuses, and what it does not.

use check::{
    Evidence,
    evidence::{BoundaryEvidence, CommandRecord},
    faults::Fault,
    judge,
};
use shared::{
    drops::CloseReason,
    invariants::Invariant,
    line::{Epoch, EventPoint, RoomEvent},
    messages::QueueEventV1,
};

use crate::sound::{SECOND, chain, drop_id, evidence, happened, joined, score, ticket};

pub(crate) type Happened = Vec<(i64, RoomEvent)>;

/// Has a new line built between two parts of what happened, with F behind all commands there are.
pub(crate) fn rebuild(evidence: &mut Evidence, before: Happened, begun_us: i64, after: Happened) {
    let mut records = chain(before);
    let epoch = epoch_behind(records.last().unwrap(), Epoch(2), begun_us, after);
    records.extend(epoch);
    evidence.events = records;
    evidence.drop.epoch = 2;
    evidence.boundaries.push(BoundaryEvidence { epoch: 2, generation: 1, log_offset: 1_000 });
}

/// The records of an epoch that follows the event `last`.
pub(crate) fn epoch_behind(
    last: &QueueEventV1,
    epoch: Epoch,
    begun_us: i64,
    after: Happened,
) -> Vec<QueueEventV1> {
    let begun = RoomEvent::Begun { follows: Some(last.point()), follows_hash: last.hash };
    let mut previous = last.hash;
    let records = (1..).zip(std::iter::once((begun_us, begun)).chain(after));
    let records = records.map(|(evn, (at_us, event))| {
        let point = EventPoint { epoch, evn };
        let record = QueueEventV1::chained(drop_id(), point, at_us, event, previous);
        previous = record.hash;
        record
    });
    records.collect()
}

fn fault(what: &str, began_us: i64, healed_us: i64) -> Fault {
    Fault { what: what.to_owned(), began_us, healed_us }
}

/// The last join is answered, and lost with Redis before it is logged.
pub(crate) fn lost_join() -> Evidence {
    let mut evidence = evidence();
    let mut before = happened();
    let mut after = before.split_off(3);
    let RoomEvent::Joined { tickets } = &mut before[2].1 else { panic!() };
    tickets.pop();
    let Some((_, RoomEvent::Closed { tickets, .. })) = after.last_mut() else { panic!() };
    tickets.pop();
    rebuild(&mut evidence, before, SECOND * 8 / 10, after);
    for command in &mut evidence.commands {
        command.order.epoch = Epoch(2);
    }
    for story in &mut evidence.shoppers {
        story.shown.clear();
    }
    let story = &mut evidence.shoppers[59];
    for join in &mut story.joins {
        join.answered_at_us = SECOND * 6 / 10;
    }
    story.end.as_mut().unwrap().how = "absent".to_owned();
    evidence
}

#[test]
fn queue_2_excuses_a_lost_ticket_only_when_its_shopper_left_and_redis_broke() {
    let (began_us, healed_us) = (SECOND * 65 / 100, SECOND * 75 / 100);
    let mut lost = lost_join();
    assert!(judge(&lost).verdict(Invariant::Queue2).is_fail());
    lost.faults.push(fault("kill -9 of a worker", began_us, healed_us));
    assert!(judge(&lost).verdict(Invariant::Queue2).is_fail());
    // Redis broke at another time.
    lost.faults.push(fault("kill -9 of redis", SECOND, 2 * SECOND));
    assert!(judge(&lost).verdict(Invariant::Queue2).is_fail());
    lost.faults.push(fault("kill -9 of redis", began_us, healed_us));
    let report = judge(&lost);
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.excuses.lost_joins, report.excuses.n_missing()), (1, 1));
    assert!(report.clone().held_to(&[], Some(1), None).is_clean());
    assert!(!report.held_to(&[], Some(0), None).is_clean());

    // It was answered before something that was logged, so it was logged as well.
    let mut early = lost.clone();
    early.shoppers[59].joins[0].answered_at_us = SECOND * 4 / 10;
    assert!(judge(&early).verdict(Invariant::Queue2).is_fail());
    // Its shopper was there to bring it back.
    lost.shoppers[59].end.as_mut().unwrap().how = "closed_sold_out".to_owned();
    assert!(judge(&lost).verdict(Invariant::Queue2).is_fail());
}

#[test]
fn a_ticket_that_came_back_may_replace_one_that_was_created_meanwhile() {
    let mut evidence = evidence();
    let mut before = happened();
    let mut after = before.split_off(3);
    // The first tab's join is lost; the second tab joins again; then the first tab is back.
    let RoomEvent::Joined { tickets } = &mut before[2].1 else { panic!() };
    tickets.pop();
    let mut second_join = joined(61);
    second_join.shopper_id = joined(60).shopper_id;
    let (at_us, reason) = (SECOND * 9 / 10, CloseReason::Replaced);
    after.splice(
        0..0,
        [
            (at_us, RoomEvent::Joined { tickets: vec![second_join] }),
            (at_us, RoomEvent::Closed { reason, tickets: vec![score(61)] }),
            (at_us, RoomEvent::Attached { tickets: vec![joined(60)] }),
        ],
    );
    rebuild(&mut evidence, before, SECOND * 8 / 10, after);
    for command in &mut evidence.commands {
        command.order.epoch = Epoch(2);
    }
    for story in &mut evidence.shoppers {
        story.shown.clear();
    }
    let [first, second] = &mut evidence.shoppers[59].joins[..] else { panic!() };
    first.answered_at_us = SECOND * 6 / 10;
    (second.ticket_id, second.queue_number, second.epoch) = (ticket(61), 61, 2);
    second.answered_at_us = at_us;
    let report = judge(&evidence);
    for invariant in [Invariant::Queue2, Invariant::Queue3, Invariant::Idem1] {
        assert!(report.verdict(invariant).is_fail(), "{invariant} should fail:\n{report}");
    }
    evidence.faults.push(fault("FLUSHALL of redis", SECOND * 65 / 100, SECOND * 75 / 100));
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.excuses.second_tickets, 1);
    // Answered before something that was logged, the first ticket was not lost.
    evidence.shoppers[59].joins[0].answered_at_us = SECOND * 4 / 10;
    let report = judge(&evidence);
    for invariant in [Invariant::Queue2, Invariant::Queue3, Invariant::Idem1] {
        assert!(report.verdict(invariant).is_fail(), "{invariant} should fail:\n{report}");
    }
}

/// Nobody had logged the last admission when Redis was lost; its command was in Kafka.
fn unlogged_admission() -> Evidence {
    let mut evidence = evidence();
    let mut before = happened();
    let after = before.split_off(before.len() - 2);
    let Some((_, RoomEvent::Admitted { .. })) = before.pop() else { panic!() };
    rebuild(&mut evidence, before, 33 * SECOND, after);
    evidence.faults.push(fault("kill -9 of redis", 32 * SECOND, 33 * SECOND));
    evidence
}

#[test]
fn an_admission_that_was_lost_with_the_store_is_known_by_its_command() {
    let report = judge(&unlogged_admission());
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.excuses.unlogged_admissions, 1);
    assert!(!report.held_to(&[], Some(0), None).is_clean());

    let mut no_command = unlogged_admission();
    no_command.commands.pop();
    assert!(judge(&no_command).verdict(Invariant::Queue2).is_fail());
    // Redis lost nothing, so the log should have it.
    let mut no_fault = unlogged_admission();
    no_fault.faults.clear();
    assert!(judge(&no_fault).verdict(Invariant::Order3).is_fail());
    // Something that was logged happened after it.
    let mut early = unlogged_admission();
    early.commands[31].order.admitted_at_us = 30 * SECOND;
    assert!(judge(&early).verdict(Invariant::Order3).is_fail());
    // The rebuild did not see its command.
    let mut late = unlogged_admission();
    late.boundaries[1].log_offset = late.commands[31].offset;
    let report = judge(&late);
    assert!(report.verdict(Invariant::Queue2).is_fail(), "{report}");
    assert!(report.verdict(Invariant::Order3).is_fail(), "{report}");
}

#[test]
fn queue_1_an_unlogged_admission_past_a_lower_number() {
    let mut evidence = unlogged_admission();
    assert!(!judge(&evidence).verdict(Invariant::Queue1).is_fail());
    let order = &mut evidence.commands[31].order;
    (order.ticket_id, order.score) = (ticket(33), score(33).score);
    assert!(judge(&evidence).verdict(Invariant::Queue1).is_fail());
}

/// The last admission was logged, but no command of it was written before Redis was lost: the
/// ticket waits again and is let in once more.
fn taken_back() -> Evidence {
    let mut evidence = evidence();
    let mut before = happened();
    let mut after = before.split_off(before.len() - 2);
    after.insert(0, (34 * SECOND, RoomEvent::Admitted { tickets: vec![score(32)] }));
    rebuild(&mut evidence, before, 33 * SECOND, after);
    let order = &mut evidence.commands[31].order;
    (order.epoch, order.admitted_at_us) = (Epoch(2), 34 * SECOND);
    evidence.faults.push(fault("kill -9 of redis", 32 * SECOND + 1, 33 * SECOND));
    evidence
}

#[test]
fn an_admission_that_no_command_proves_is_taken_back() {
    let mut evidence = taken_back();
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.excuses.taken_back, report.excuses.n_missing()), (1, 0));
    // A command that came behind F changes nothing.
    let mut order = evidence.commands[31].order.clone();
    (order.epoch, order.admitted_at_us) = (Epoch(1), 32 * SECOND);
    evidence.commands.push(CommandRecord { offset: 1_000, order });
    let report = judge(&evidence);
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.excuses.void_commands, 1);
    // One before F was known to the rebuild: the ticket is not let in twice.
    evidence.commands[32].offset = 999;
    assert!(judge(&evidence).verdict(Invariant::Queue2).is_fail());
    // Without a loss nothing is taken back.
    let mut no_fault = taken_back();
    no_fault.faults.clear();
    assert!(judge(&no_fault).verdict(Invariant::Queue2).is_fail());
}

#[test]
fn queue_1_a_ticket_that_was_taken_back_is_passed_over() {
    let mut evidence = taken_back();
    let before = happened()[..35].to_vec();
    let admitted = |n, at_us| (at_us, RoomEvent::Admitted { tickets: vec![score(n)] });
    let after = vec![admitted(33, 34 * SECOND), admitted(32, 35 * SECOND)];
    rebuild(&mut evidence, before, 33 * SECOND, after);
    assert!(judge(&evidence).verdict(Invariant::Queue1).is_fail());
}

#[test]
fn order_3_an_older_command_counts_unless_it_lies_behind_f() {
    let mut evidence = evidence();
    let mut order = evidence.commands[31].order.clone();
    (order.ticket_id, order.score) = (ticket(40), score(40).score);
    evidence.commands.push(CommandRecord { offset: 50, order });
    evidence.drop.epoch = 2;
    evidence.boundaries.push(BoundaryEvidence { epoch: 2, generation: 1, log_offset: 51 });
    // Its ticket was closed, and the command came before F all the same.
    assert!(judge(&evidence).verdict(Invariant::Order3).is_fail());
    evidence.boundaries[1].log_offset = 50;
    assert!(!judge(&evidence).verdict(Invariant::Order3).is_fail());
    // A later rebuild lies further on; the F before it still holds.
    evidence.boundaries.push(BoundaryEvidence { epoch: 3, generation: 1, log_offset: 90 });
    assert!(!judge(&evidence).verdict(Invariant::Order3).is_fail());
}
