//! ORDER-1 to ORDER-3 and LIMIT-1.

use std::collections::{HashMap, HashSet};

use shared::ids::TicketId;
use uuid::Uuid;

use crate::check::{
    Evidence,
    evidence::{OrderRow, Shown, TransitionRow},
    room::{Room, Standing},
    verdict::Verdict,
};

/// ORDER-1: a ticket has one order row at most.
pub(super) fn one_per_ticket(evidence: &Evidence) -> Verdict {
    let mut count: HashMap<Uuid, u32> = HashMap::new();
    for order in &evidence.orders {
        *count.entry(order.id).or_default() += 1;
    }
    let more = count.iter().filter(|(_, n)| **n > 1);
    let violations = more.map(|(id, n)| format!("ticket {id} has {n} orders")).collect();
    Verdict::of(violations, format!("{} orders", evidence.orders.len()))
}

/// ORDER-2: whoever was let in has come to one end, and the shopper heard that one.
pub(super) fn one_end(evidence: &Evidence, room: &Room) -> Verdict {
    let mut violations = ends_in_transitions(evidence);
    let orders = orders_by_id(evidence);
    let mut n_admitted = 0;
    for (id, life) in &room.tickets {
        let order = orders.get(&id.as_uuid());
        n_admitted += usize::from(life.admitted_at_us().is_some());
        match (life.standing(), order) {
            (Standing::Admitted, None) if !evidence.dead_orders.contains(&id.as_uuid()) => {
                violations.push(format!("ticket {id} was let in and came to no end"));
            }
            (Standing::Left | Standing::Closed(_), Some(order)) => violations.push(format!(
                "ticket {id} is {:?} and has an order that is {}",
                life.standing(),
                order.state
            )),
            _ => {}
        }
    }
    violations.extend(told_otherwise(evidence, &orders));
    Verdict::of(violations, format!("{n_admitted} admitted tickets"))
}

/// Orders without exactly one end, or that went on after it.
fn ends_in_transitions(evidence: &Evidence) -> Vec<String> {
    let mut by_order: HashMap<Uuid, Vec<&TransitionRow>> = HashMap::new();
    for transition in &evidence.transitions {
        by_order.entry(transition.order_id).or_default().push(transition);
    }
    let mut violations = Vec::new();
    for OrderRow { id, state, .. } in &evidence.orders {
        let mut transitions = by_order.remove(id).unwrap_or_default();
        transitions.sort_by_key(|transition| transition.sequence);
        let n_ends = transitions.iter().filter(|transition| transition.terminal).count();
        if n_ends != 1 {
            violations.push(format!("order {id} ({state}) has {n_ends} ends"));
        } else if transitions.last().is_some_and(|last| !last.terminal) {
            violations.push(format!("order {id} went on after its end"));
        } else if transitions.last().is_some_and(|last| last.to_state != *state) {
            violations.push(format!("order {id} is {state}, its last transition says otherwise"));
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

/// Shoppers who heard an end that the order's row does not say.
fn told_otherwise(evidence: &Evidence, orders: &HashMap<Uuid, &OrderRow>) -> Vec<String> {
    let mut violations = Vec::new();
    for story in &evidence.shoppers {
        let ended = story.order_states.iter().filter(|(_, state)| state.is_terminal());
        for (id, told) in ended {
            let is = orders.get(id).map_or("missing", |order| order.state.as_str());
            if is != told.as_str() {
                let process = story.process;
                violations.push(format!("shopper {process} was told {told}, order {id} is {is}"));
            }
        }
    }
    violations
}

/// ORDER-3: who was told to be let in has an order, each command led to one, and all was told on.
pub(super) fn nothing_lost(evidence: &Evidence, room: &Room) -> Verdict {
    let orders: HashSet<Uuid> = evidence.orders.iter().map(|order| order.id).collect();
    let dead: HashSet<Uuid> = evidence.dead_orders.iter().copied().collect();
    let has_end = |id: &Uuid| orders.contains(id) || dead.contains(id);
    let mut violations = Vec::new();
    let mut n_told = 0;
    for story in &evidence.shoppers {
        let told = story.shown.contains(&Shown::LetIn);
        let Some(join) = story.joins.first().filter(|_| told) else { continue };
        n_told += 1;
        if !has_end(&join.ticket_id.as_uuid()) {
            let process = story.process;
            violations.push(format!("shopper {process} was let in, {} is lost", join.ticket_id));
        }
    }
    for command in &evidence.commands {
        let id = command.order.ticket_id;
        let standing = room.tickets.get(&id).map(super::super::room::Life::standing);
        // A rebuild passes over commands of the epoch before; the line then ends them.
        let passed_over = i64::from(command.order.epoch.0) < i64::from(evidence.drop.epoch)
            && matches!(standing, Some(Standing::Left | Standing::Closed(_)));
        if !has_end(&id.as_uuid()) && !passed_over {
            violations.push(format!("the command at {} for {id} is lost", command.offset));
        }
    }
    violations.extend(unexpected(evidence, room));
    violations.extend(untold(evidence));
    let n_commands = evidence.commands.len();
    Verdict::of(violations, format!("{n_commands} commands, {n_told} told to be let in"))
}

/// Orders of tickets that nobody ever asked for.
fn unexpected(evidence: &Evidence, room: &Room) -> Vec<String> {
    let joined: HashSet<TicketId> = evidence.joins().map(|(_, join)| join.ticket_id).collect();
    let orders = evidence.orders.iter().map(|order| TicketId::from_uuid(order.id));
    let strange = orders.filter(|id| !room.tickets.contains_key(id) && !joined.contains(id));
    strange.map(|id| format!("order {id} is of a ticket that nobody joined with")).collect()
}

/// News that was never told, or told in another order than it happened.
fn untold(evidence: &Evidence) -> Vec<String> {
    let none = Vec::new();
    let mut violations = Vec::new();
    let news = evidence.outbox.iter().filter(|row| row.topic.ends_with("order-events"));
    for row in news {
        let told = evidence.order_events.get(&row.aggregate).unwrap_or(&none);
        let in_topic = told.iter().any(|(event_id, _)| *event_id == row.event_id);
        if row.published_at_us.is_none() || !in_topic {
            violations
                .push(format!("news {} of order {} was not told", row.sequence, row.aggregate));
        }
    }
    for (order, told) in &evidence.order_events {
        let mut firsts = HashSet::new();
        let sequences: Vec<i64> =
            told.iter().filter(|(id, _)| firsts.insert(*id)).map(|(_, n)| *n).collect();
        if !sequences.is_sorted() {
            violations.push(format!("the news of order {order} was told as {sequences:?}"));
        }
    }
    violations
}

/// LIMIT-1: units of live and confirmed orders per customer.
pub(super) fn within_limit(evidence: &Evidence) -> Verdict {
    let limit = i64::from(evidence.drop.max_units_per_customer);
    let mut units: HashMap<Uuid, i64> = HashMap::new();
    for order in evidence.orders.iter().filter(|o| o.holds_units() || o.is_confirmed()) {
        *units.entry(order.shopper_id).or_default() += i64::from(order.units);
    }
    let usage: HashMap<&str, i64> =
        evidence.usage.iter().map(|row| (row.customer_key.as_str(), row.units.into())).collect();
    let mut violations = Vec::new();
    for (shopper, has) in &units {
        if *has > limit {
            violations.push(format!("shopper {shopper} has {has} units of {limit} allowed"));
        }
        let counted = usage.get(shopper.to_string().as_str()).copied().unwrap_or_default();
        if counted < *has {
            violations.push(format!("shopper {shopper} has {has} units, {counted} are counted"));
        }
    }
    Verdict::of(violations, format!("{} customers, {limit} units each", units.len()))
}

fn orders_by_id(evidence: &Evidence) -> HashMap<Uuid, &OrderRow> {
    evidence.orders.iter().map(|order| (order.id, order)).collect()
}
