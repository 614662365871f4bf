//! ORDER-1, ORDER-2 and LIMIT-1.

use std::collections::{BTreeSet, HashMap};

use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
};

use super::holdings::Holdings;
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
    for OrderEvidence { id, state, sequence, .. } in &evidence.orders {
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
        if !transitions.iter().map(|transition| transition.sequence).eq(1..=*sequence) {
            violations.push(format!("order {id} is at change {sequence}, some are missing"));
        }
        violations.extend(unlawful(&transitions));
    }
    violations
}

/// Finds moves that no order may make, and those that begin where the one before did not end.
fn unlawful(transitions: &[&TransitionEvidence]) -> Vec<String> {
    let (mut violations, mut at) = (Vec::new(), TicketState::Admitted);
    for TransitionEvidence { order_id, from_state, to_state, .. } in transitions {
        if *from_state != at {
            violations.push(format!("order {order_id} went to {at} and then from {from_state}"));
        }
        if !may_follow(*from_state, *to_state) {
            violations.push(format!("order {order_id} went from {from_state} to {to_state}"));
        }
        at = *to_state;
    }
    violations
}

/// The lawful moves of an order, repeated here on purpose: the table that the services go by is
/// not judged by itself.
const fn may_follow(from: TicketState, to: TicketState) -> bool {
    use TicketState::{
        Admitted, Authorized, Authorizing, Cancelled, Capturing, Confirmed, Dead, Expired, Passed,
        PaymentFailed, Redeemed, Rejected, Reserved, Revoked, Visited,
    };
    match from {
        Admitted => matches!(to, Reserved | Passed | Rejected | Dead),
        // Its shopper took fewer units than were held.
        Reserved => matches!(to, Reserved | Authorizing | Expired | PaymentFailed | Cancelled),
        // A card was declined, and another may follow.
        Authorizing => {
            matches!(to, Reserved | Authorized | Expired | PaymentFailed | Cancelled)
        }
        Authorized => matches!(to, Capturing | Expired | PaymentFailed | Cancelled),
        Capturing => matches!(to, Confirmed | PaymentFailed),
        Passed => matches!(to, Redeemed | Visited | Expired | Revoked | Cancelled),
        Redeemed => matches!(to, Visited | Expired | Revoked | Cancelled),
        _ => false,
    }
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

/// LIMIT-1: units that orders hold and have per customer, also as they are counted: by a row
/// where more than one unit is allowed, and otherwise by the index that allows one order.
pub(super) fn within_limit(evidence: &Evidence) -> Verdict {
    let limit = i64::from(evidence.drop.max_units_per_customer);
    let mut n_orders: HashMap<ShopperId, u32> = HashMap::new();
    for order in &evidence.orders {
        *n_orders.entry(order.shopper_id).or_default() += 1;
    }
    let holdings = Holdings::of(evidence);
    let mut units: HashMap<ShopperId, i64> = HashMap::new();
    for order in &evidence.orders {
        let (holds, has) = holdings.units(order);
        if holds + has > 0 {
            *units.entry(order.shopper_id).or_default() += holds + has;
        }
    }
    let above = units.iter().filter(|(_, has)| **has > limit);
    let say = |(shopper, has): (&ShopperId, &i64)| {
        format!("shopper {shopper} has {has} units, {limit} are allowed")
    };
    let mut violations: Vec<String> = above.map(say).collect();
    violations.extend(if limit == 1 { unwatched(evidence) } else { miscounted(evidence, &units) });
    // Only those who ask again can meet the limit.
    let n_again = n_orders.values().filter(|n| **n > 1).count();
    let n_customers = units.len();
    let over = format!("{n_customers} customers, {limit} units each, {n_again} ordered again");
    Verdict::of(violations, n_again, over)
}

/// Finds orders that the index of one unit per customer does not see.
fn unwatched(evidence: &Evidence) -> Vec<String> {
    let unseen = evidence.orders.iter().filter(|order| order.units_held > 0 && !order.is_only_one);
    unseen.map(|order| format!("order {} is not watched by the limit", order.id)).collect()
}

/// Finds customers of whom the rows count other units than their orders come to.
fn miscounted(evidence: &Evidence, units: &HashMap<ShopperId, i64>) -> Vec<String> {
    let counted: HashMap<ShopperId, i64> =
        evidence.usage.iter().map(|row| (row.shopper_id, row.units.into())).collect();
    let shoppers: BTreeSet<ShopperId> = units.keys().chain(counted.keys()).copied().collect();
    let mut violations = Vec::new();
    for shopper in shoppers {
        let of = |sums: &HashMap<ShopperId, i64>| sums.get(&shopper).copied().unwrap_or_default();
        let (has, counted) = (of(units), of(&counted));
        if has != counted {
            violations.push(format!("shopper {shopper} has {has} units, {counted} are counted"));
        }
    }
    violations
}

fn orders_by_id(evidence: &Evidence) -> HashMap<OrderId, &OrderEvidence> {
    evidence.orders.iter().map(|order| (order.id, order)).collect()
}
