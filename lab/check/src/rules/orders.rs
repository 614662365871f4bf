//! ORDER-1, ORDER-2 and LIMIT-1.

use std::collections::HashMap;

use shared::ids::{OrderId, ShopperId};

use crate::{
    evidence::{Evidence, OrderEvidence, TransitionEvidence},
    lives::Standing,
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
    Verdict::of(violations, count.len(), format!("{} orders", evidence.orders.len()))
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
    Verdict::of(violations, n_admitted, format!("{n_admitted} admitted tickets"))
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

/// LIMIT-1: units of live and confirmed orders per customer, also as the row counts them.
pub(super) fn within_limit(evidence: &Evidence) -> Verdict {
    let limit = i64::from(evidence.drop.max_units_per_customer);
    let mut n_orders: HashMap<ShopperId, u32> = HashMap::new();
    for order in &evidence.orders {
        *n_orders.entry(order.shopper_id).or_default() += 1;
    }
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
    // Only those who ask again can meet the limit.
    let n_again = n_orders.values().filter(|n| **n > 1).count();
    let n_customers = units.len();
    let over = format!("{n_customers} customers, {limit} units each, {n_again} ordered again");
    Verdict::of(violations, n_again, over)
}

fn orders_by_id(evidence: &Evidence) -> HashMap<OrderId, &OrderEvidence> {
    evidence.orders.iter().map(|order| (order.id, order)).collect()
}
