//! ORDER-3.

use std::collections::{BTreeSet, HashSet};

use shared::ids::{OrderId, TicketId};
use uuid::Uuid;

use super::journal;
use crate::{
    evidence::{CommandRecord, Evidence, JournalEvidence},
    replay::RoomReplay,
    verdict::Verdict,
};

/// ORDER-3: every shopper told of an admission has an order, orders, commands and admissions each
/// lead to the one before and the one after, and every change of an order was published, and
/// nothing else.
pub(super) fn nothing_lost(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let orders = evidence.orders.iter().map(|order| order.id);
    let ends: HashSet<OrderId> = orders.chain(evidence.dead_orders.iter().copied()).collect();
    // Commands that a rebuild left out lead nowhere: their tickets wait again, or are over.
    let counting: Vec<&CommandRecord> = evidence.counting_commands().collect();
    let mut violations = told_and_lost(evidence, &ends);
    violations.extend(unanswered(&counting, &ends));
    violations.extend(without_command(evidence, &counting));
    violations.extend(without_admission(&counting, room));
    violations.extend(unknown(evidence, room));
    violations.extend(journal::gaps(evidence));
    violations.extend(unpublished(evidence));
    violations.extend(misplaced(evidence));
    let n_told = evidence.shoppers.iter().filter(|story| story.is_told()).count();
    let n_void = evidence.commands.len() - counting.len();
    let over = format!(
        "{} commands, {n_void} void ones, {n_told} shoppers told of their admission",
        counting.len()
    );
    Verdict::of(violations, counting.len(), over)
}

/// Finds shoppers who were told of an admission that led nowhere.
fn told_and_lost(evidence: &Evidence, ends: &HashSet<OrderId>) -> Vec<String> {
    let mut violations = Vec::new();
    for story in evidence.shoppers.iter().filter(|story| story.is_told()) {
        let tickets: BTreeSet<TicketId> = story.joins.iter().map(|join| join.ticket_id).collect();
        if !tickets.iter().any(|id| ends.contains(&OrderId::from(*id))) {
            let process = story.process;
            violations.push(format!("shopper {process} was admitted, but {tickets:?} is lost"));
        }
    }
    violations
}

/// Finds commands without an order.
fn unanswered(counting: &[&CommandRecord], ends: &HashSet<OrderId>) -> Vec<String> {
    let lost =
        counting.iter().filter(|command| !ends.contains(&OrderId::from(command.order.ticket_id)));
    let say = |command: &&CommandRecord| {
        let CommandRecord { offset, order } = command;
        format!("the command at offset {offset} for ticket {} is lost", order.ticket_id)
    };
    lost.map(say).collect()
}

/// Finds orders that no command asked for.
fn without_command(evidence: &Evidence, counting: &[&CommandRecord]) -> Vec<String> {
    let asked: HashSet<OrderId> =
        counting.iter().map(|command| OrderId::from(command.order.ticket_id)).collect();
    let unasked = evidence.orders.iter().filter(|order| !asked.contains(&order.id));
    unasked.map(|order| format!("order {} has no command that counts", order.id)).collect()
}

/// Finds commands for tickets that were never admitted.
fn without_admission(counting: &[&CommandRecord], room: &RoomReplay) -> Vec<String> {
    let mut violations = Vec::new();
    for CommandRecord { offset, order } in counting {
        let life = room.tickets.get(&order.ticket_id);
        if life.is_none_or(|life| life.admitted_at_us().is_none()) {
            let id = order.ticket_id;
            violations.push(format!(
                "the command at offset {offset} is for ticket {id}, which was never admitted"
            ));
        }
    }
    violations
}

/// Finds orders of tickets that nobody joined with.
fn unknown(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let joined: HashSet<TicketId> = evidence.joins().map(|(_, join)| join.ticket_id).collect();
    let orders = evidence.orders.iter().map(|order| TicketId::from(order.id));
    let unknown = orders.filter(|id| !room.tickets.contains_key(id) && !joined.contains(id));
    unknown.map(|id| format!("order {id} has a ticket that nobody joined with")).collect()
}

/// Finds changes of orders that were never published.
fn unpublished(evidence: &Evidence) -> Vec<String> {
    let published: HashSet<(OrderId, i64)> = numbered_events(evidence).collect();
    let mut violations = Vec::new();
    for row in &evidence.journal {
        for (order, sequence, _) in row.changes() {
            if row.events_pending || !published.contains(&(order, i64::from(sequence))) {
                violations.push(format!("event {sequence} of order {order} was not published"));
            }
        }
    }
    violations
}

/// Finds order events that tell of no change, that have one id with others or several for
/// themselves, or that were published out of order.
fn misplaced(evidence: &Evidence) -> Vec<String> {
    let changes = evidence.journal.iter().flat_map(JournalEvidence::changes);
    let changes: HashSet<(OrderId, i64)> =
        changes.map(|(order, sequence, _)| (order, i64::from(sequence))).collect();
    let unknown: BTreeSet<(OrderId, i64)> =
        numbered_events(evidence).filter(|event| !changes.contains(event)).collect();
    let say = |(order, n): (OrderId, i64)| format!("event {n} of order {order} tells of no change");
    let mut violations: Vec<String> = unknown.into_iter().map(say).collect();
    for (order, published) in &evidence.order_events {
        let ids: BTreeSet<&(Uuid, i64)> = published.iter().collect();
        let (n_ids, n_events) = (
            ids.iter().map(|(id, _)| id).collect::<BTreeSet<_>>().len(),
            ids.iter().map(|(_, n)| n).collect::<BTreeSet<_>>().len(),
        );
        if (n_ids, n_events) != (ids.len(), ids.len()) {
            violations.push(format!("{n_events} events of order {order} have {n_ids} ids"));
        }
        let mut firsts = HashSet::new();
        let sequences: Vec<i64> =
            published.iter().filter(|(id, _)| firsts.insert(*id)).map(|(_, n)| *n).collect();
        if !sequences.is_sorted() {
            violations.push(format!("events of order {order} were published as {sequences:?}"));
        }
    }
    violations
}

fn numbered_events(evidence: &Evidence) -> impl Iterator<Item = (OrderId, i64)> {
    let by_order = evidence.order_events.iter();
    by_order.flat_map(|(order, published)| published.iter().map(move |(_, n)| (*order, *n)))
}
