//! ORDER-1 to ORDER-3 and LIMIT-1.

use std::collections::{HashMap, HashSet};

use shared::ids::{OrderId, ShopperId, TicketId};

use crate::{
    evidence::{Evidence, OrderEvidence, OutboxEvidence, Shown, TransitionEvidence},
    lives::{Standing, TicketLife},
    replay::RoomReplay,
    verdict::Verdict,
};

/// ORDER-1: a ticket has one order row at most.
pub(super) fn one_per_ticket(evidence: &Evidence) -> Verdict {
    let mut count: HashMap<OrderId, u32> = HashMap::new();
    for order in &evidence.orders {
        *count.entry(order.id).or_default() += 1;
    }
    let more = count.iter().filter(|(_, n)| **n > 1);
    let violations = more.map(|(id, n)| format!("ticket {id} has {n} orders")).collect();
    Verdict::of(violations, format!("{} orders", evidence.orders.len()))
}

/// ORDER-2: every admitted ticket has come to one end, and its shopper saw that one.
pub(super) fn one_end(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let mut violations = ends_in_transitions(evidence);
    let orders = orders_by_id(evidence);
    let mut n_admitted = 0;
    for (id, life) in &room.tickets {
        let order_id = OrderId::from(*id);
        let order = orders.get(&order_id);
        n_admitted += usize::from(life.admitted_at_us().is_some());
        match (life.standing(), order) {
            (Standing::Admitted, None) if !evidence.dead_orders.contains(&order_id) => {
                violations.push(format!("ticket {id} was admitted but came to no end"));
            }
            (Standing::Left | Standing::Closed(_), Some(order)) => violations.push(format!(
                "ticket {id} is {:?} but has an order that is {}",
                life.standing(),
                order.state
            )),
            _ => {}
        }
    }
    violations.extend(told_otherwise(evidence, &orders));
    Verdict::of(violations, format!("{n_admitted} admitted tickets"))
}

/// Finds orders without exactly one end, or that went on after it.
fn ends_in_transitions(evidence: &Evidence) -> Vec<String> {
    let mut by_order: HashMap<OrderId, Vec<&TransitionEvidence>> = HashMap::new();
    for transition in &evidence.transitions {
        by_order.entry(transition.order_id).or_default().push(transition);
    }
    let mut violations = Vec::new();
    for OrderEvidence { id, state, .. } in &evidence.orders {
        let mut transitions = by_order.remove(id).unwrap_or_default();
        transitions.sort_by_key(|transition| transition.sequence);
        let n_ends = transitions.iter().filter(|transition| transition.terminal).count();
        if n_ends != 1 {
            violations.push(format!("order {id} ({state}) has {n_ends} ends"));
        } else if transitions.last().is_some_and(|last| !last.terminal) {
            violations.push(format!("order {id} went on after its end"));
        } else if transitions.last().is_some_and(|last| last.to_state != *state) {
            violations
                .push(format!("order {id} is {state}, but its last transition says otherwise"));
        }
        let gap = transitions.windows(2).find(|pair| pair[0].to_state != pair[1].from_state);
        if let Some(pair) = gap {
            violations.push(format!(
                "order {id} went to {} and then from {}",
                pair[0].to_state, pair[1].from_state
            ));
        }
    }
    violations
}

/// Finds shoppers who saw an end that the order's row does not have.
fn told_otherwise(evidence: &Evidence, orders: &HashMap<OrderId, &OrderEvidence>) -> Vec<String> {
    let mut violations = Vec::new();
    for story in &evidence.shoppers {
        let ended = story.order_states.iter().filter(|(_, state)| state.is_terminal());
        for (id, told) in ended {
            let is = orders.get(id).map_or("missing", |order| order.state.as_str());
            if is != told.as_str() {
                let process = story.process;
                violations.push(format!("shopper {process} saw {told}, but order {id} is {is}"));
            }
        }
    }
    violations
}

/// ORDER-3: every shopper told of an admission has an order, each command led to one, and every
/// order event was published.
pub(super) fn nothing_lost(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let orders: HashSet<OrderId> = evidence.orders.iter().map(|order| order.id).collect();
    let dead: HashSet<OrderId> = evidence.dead_orders.iter().copied().collect();
    let has_end = |id: TicketId| {
        let id = OrderId::from(id);
        orders.contains(&id) || dead.contains(&id)
    };
    let mut violations = Vec::new();
    let mut n_told = 0;
    for story in &evidence.shoppers {
        let told = story.shown.contains(&Shown::Admitted);
        let Some(join) = story.joins.first().filter(|_| told) else { continue };
        n_told += 1;
        if !has_end(join.ticket_id) {
            let process = story.process;
            violations.push(format!(
                "shopper {process} was admitted, but ticket {} is lost",
                join.ticket_id
            ));
        }
    }
    for command in &evidence.commands {
        let id = command.order.ticket_id;
        let standing = room.tickets.get(&id).map(TicketLife::standing);
        // A rebuild skips commands of the epoch before it; the line then ends their tickets.
        let skipped = i64::from(command.order.epoch.0) < i64::from(evidence.drop.epoch)
            && matches!(standing, Some(Standing::Left | Standing::Closed(_)));
        if !has_end(id) && !skipped {
            violations
                .push(format!("the command at offset {} for ticket {id} is lost", command.offset));
        }
    }
    violations.extend(unexpected(evidence, room));
    violations.extend(unpublished(evidence));
    let n_commands = evidence.commands.len();
    Verdict::of(
        violations,
        format!("{n_commands} commands, {n_told} shoppers told of their admission"),
    )
}

/// Finds orders of tickets that nobody joined with.
fn unexpected(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let joined: HashSet<TicketId> = evidence.joins().map(|(_, join)| join.ticket_id).collect();
    let orders = evidence.orders.iter().map(|order| TicketId::from(order.id));
    let unknown = orders.filter(|id| !room.tickets.contains_key(id) && !joined.contains(id));
    unknown.map(|id| format!("order {id} has a ticket that nobody joined with")).collect()
}

/// Finds order events that were never published, or published out of order.
fn unpublished(evidence: &Evidence) -> Vec<String> {
    let none = Vec::new();
    let mut violations = Vec::new();
    let outbox = evidence.outbox.iter().filter(|row| row.topic.ends_with("order-events"));
    for row in outbox {
        let published = evidence.order_events.get(&row.aggregate).unwrap_or(&none);
        let in_topic = published.iter().any(|(event_id, _)| *event_id == row.event_id);
        if row.published_at_us.is_none() || !in_topic {
            let OutboxEvidence { sequence, aggregate, .. } = row;
            violations.push(format!("event {sequence} of order {aggregate} was not published"));
        }
    }
    for (order, published) in &evidence.order_events {
        let mut firsts = HashSet::new();
        let sequences: Vec<i64> =
            published.iter().filter(|(id, _)| firsts.insert(*id)).map(|(_, n)| *n).collect();
        if !sequences.is_sorted() {
            violations.push(format!("events of order {order} were published as {sequences:?}"));
        }
    }
    violations
}

/// LIMIT-1: units of live and confirmed orders per customer, also as the row counts them.
pub(super) fn within_limit(evidence: &Evidence) -> Verdict {
    let limit = i64::from(evidence.drop.max_units_per_customer);
    let mut units: HashMap<ShopperId, i64> = HashMap::new();
    for order in evidence.orders.iter().filter(|o| o.state.holds_units() || o.is_confirmed()) {
        *units.entry(order.shopper_id).or_default() += i64::from(order.units);
    }
    let usage: HashMap<&str, i64> =
        evidence.usage.iter().map(|row| (row.customer_key.as_str(), row.units.into())).collect();
    let mut violations = Vec::new();
    for (shopper, has) in &units {
        if *has > limit {
            violations.push(format!("shopper {shopper} has {has} units, {limit} are allowed"));
        }
        let counted = usage.get(shopper.to_string().as_str()).copied().unwrap_or_default();
        if counted < *has {
            violations
                .push(format!("shopper {shopper} has {has} units, only {counted} are counted"));
        }
    }
    Verdict::of(violations, format!("{} customers, {limit} units each", units.len()))
}

fn orders_by_id(evidence: &Evidence) -> HashMap<OrderId, &OrderEvidence> {
    evidence.orders.iter().map(|order| (order.id, order)).collect()
}
