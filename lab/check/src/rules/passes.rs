//! PASS-1.

use std::collections::{BTreeMap, HashMap};

use shared::{ids::OrderId, lifecycle::TicketState};

use crate::{
    evidence::{Evidence, TransitionEvidence},
    replay::RoomReplay,
    verdict::Verdict,
};

/// PASS-1: a pass is redeemed at most once, and while it is good; nobody visits without one; and at no
/// time were more passes good than people may be inside.
pub(super) fn redeemed_once(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    if evidence.drop.fulfilment.has_stock() {
        return Verdict::not_applicable("the drop issues no passes");
    }
    let mut redemptions: BTreeMap<OrderId, Vec<&TransitionEvidence>> = BTreeMap::new();
    for step in evidence.transitions.iter().filter(|step| step.to_state == TicketState::Redeemed) {
        redemptions.entry(step.order_id).or_default().push(step);
    }
    let mut violations = Vec::new();
    for (id, steps) in redemptions.iter().filter(|(_, steps)| steps.len() > 1) {
        violations.push(format!("pass {id} was redeemed {} times", steps.len()));
    }
    violations.extend(redeemed_late(evidence, &redemptions));
    violations.extend(without_redemption(evidence, &redemptions));
    let (most, allowed) = (most_inside(evidence), most_allowed(evidence, room));
    if most > allowed {
        violations.push(format!("{most} passes were good at once, {allowed} may be"));
    }
    let n_redeemed = redemptions.len();
    let over = format!("{n_redeemed} passes redeemed, at most {most} of {allowed} good at once");
    Verdict::of(violations, n_redeemed, over)
}

/// Finds passes that were redeemed when their time was over.
fn redeemed_late(
    evidence: &Evidence,
    redemptions: &BTreeMap<OrderId, Vec<&TransitionEvidence>>,
) -> Vec<String> {
    let mut violations = Vec::new();
    for order in &evidence.orders {
        let (Some(steps), Some(until_us)) = (redemptions.get(&order.id), order.expires_at_us)
        else {
            continue;
        };
        for step in steps.iter().filter(|step| step.at_us >= until_us) {
            let late_s = (step.at_us - until_us) as f64 / 1e6;
            violations.push(format!("pass {} was redeemed {late_s:.1} s too late", order.id));
        }
    }
    violations
}

/// Finds passes that count as redeemed, which nothing has redeemed.
fn without_redemption(
    evidence: &Evidence,
    redemptions: &BTreeMap<OrderId, Vec<&TransitionEvidence>>,
) -> Vec<String> {
    let redeemed = evidence.orders.iter().filter(|order| order.state == TicketState::Redeemed);
    let unexplained = redeemed.filter(|order| !redemptions.contains_key(&order.id));
    unexplained.map(|order| format!("nothing has redeemed pass {}", order.id)).collect()
}

/// Returns how many passes were good at one time, at most.
fn most_inside(evidence: &Evidence) -> i64 {
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    let ended_us: HashMap<OrderId, i64> =
        ends.map(|transition| (transition.order_id, transition.at_us)).collect();
    let mut changes: Vec<(i64, i64)> = Vec::new();
    // What was rejected never had a time to be good for.
    for order in evidence.orders.iter().filter(|order| order.expires_at_us.is_some()) {
        changes.push((order.processed_at_us, 1));
        changes.extend(ended_us.get(&order.id).map(|at_us| (*at_us, -1)));
    }
    // At the same moment, a place is given back before it is taken again.
    changes.sort_unstable();
    let inside = changes.iter().scan(0_i64, |inside, (_, change)| {
        *inside += change;
        Some(*inside)
    });
    inside.max().unwrap_or_default()
}

/// Returns how many could be inside by the highest cap that the room ever had.
fn most_allowed(evidence: &Evidence, room: &RoomReplay) -> i64 {
    let told = room.configured.iter().map(|(_, configured)| i64::from(configured.occupancy_cap));
    told.fold(i64::from(evidence.drop.occupancy_cap), i64::max)
}
