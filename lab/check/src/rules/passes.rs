//! PASS-1.

use std::collections::{BTreeMap, HashMap};

use shared::{ids::OrderId, lifecycle::TicketState};

use crate::{
    evidence::{Evidence, OrderEvidence, SeenVisit, ShopperStory, TransitionEvidence},
    replay::RoomReplay,
    verdict::Verdict,
};

/// How long a visit may count that is over: gates remember for a second. The clocks of visitors
/// and Postgres may be apart, too.
const REMEMBERED_US: i64 = 1_500_000;
/// A cookie ends with the second in which its pass does.
const ROUNDED_US: i64 = 1_000_000;

/// PASS-1: a pass is redeemed at most once, and while it is good; nobody visits without one; and at
/// no time were more passes good than people may be inside. Visitors have seen the same: one browser
/// was let in by each pass, and the gate told of each visit what was true.
pub(super) fn redeemed_once(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    if evidence.drop.fulfilment.sells() {
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
    violations.extend(let_in_twice(evidence, &redemptions));
    let looks = looks_that_were_wrong(evidence, &redemptions);
    violations.extend(looks.violations);
    let (most, allowed) = (most_inside(evidence), most_allowed(evidence, room));
    if most > allowed {
        violations.push(format!("{most} passes were good at once, {allowed} may be"));
    }
    let n_redeemed = redemptions.len();
    let over = format!(
        "{n_redeemed} passes redeemed, at most {most} of {allowed} good at once; {} looks at the \
         gate",
        looks.n_looks
    );
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

/// Finds passes that let more than one browser in, or any that nothing has redeemed.
fn let_in_twice(
    evidence: &Evidence,
    redemptions: &BTreeMap<OrderId, Vec<&TransitionEvidence>>,
) -> Vec<String> {
    let mut n_browsers: BTreeMap<OrderId, usize> = BTreeMap::new();
    for (_, visit) in visits(evidence) {
        if let SeenVisit::Entered { ticket_id } = visit {
            *n_browsers.entry(OrderId::from(*ticket_id)).or_default() += 1;
        }
    }
    let wrong = n_browsers.iter().filter(|(id, n)| **n > 1 || !redemptions.contains_key(*id));
    let say = |(id, n): (&OrderId, &usize)| {
        let n_times = redemptions.get(id).map_or(0, Vec::len);
        format!("pass {id} let {n} browsers in, and was redeemed {n_times} times")
    };
    wrong.map(say).collect()
}

/// What the gate was asked, and where its answer was wrong.
struct Looks {
    n_looks: usize,
    violations: Vec<String>,
}

/// Finds visitors who counted as inside after the end of their visit, or as outside before it.
fn looks_that_were_wrong(
    evidence: &Evidence,
    redemptions: &BTreeMap<OrderId, Vec<&TransitionEvidence>>,
) -> Looks {
    let ended_us = ended_us(evidence);
    let passes: HashMap<OrderId, &OrderEvidence> =
        evidence.orders.iter().map(|order| (order.id, order)).collect();
    let mut looks = Looks { n_looks: 0, violations: Vec::new() };
    for (story, visit) in visits(evidence) {
        let SeenVisit::Looked { ticket_id, inside, asked_at_us, answered_at_us } = *visit else {
            continue;
        };
        looks.n_looks += 1;
        let id = OrderId::from(ticket_id);
        let until_us = ended_us.get(&id).copied().unwrap_or(i64::MAX);
        let good_until_us = passes.get(&id).and_then(|pass| pass.expires_at_us).unwrap_or(0);
        let begun_us = redemptions.get(&id).and_then(|steps| steps.first()).map(|step| step.at_us);
        let goes_on = begun_us.is_some_and(|begun_us| asked_at_us >= begun_us)
            && answered_at_us < until_us.min(good_until_us - ROUNDED_US);
        let process = story.process;
        if inside && asked_at_us > until_us.saturating_add(REMEMBERED_US) {
            let late_s = (asked_at_us - until_us) as f64 / 1e6;
            let say =
                format!("shopper {process} was inside {late_s:.1} s after the end of pass {id}");
            looks.violations.push(say);
        } else if !inside && goes_on {
            looks.violations.push(format!("shopper {process} was turned away with pass {id}"));
        }
    }
    looks
}

fn visits(evidence: &Evidence) -> impl Iterator<Item = (&ShopperStory, &SeenVisit)> {
    evidence.shoppers.iter().flat_map(|story| story.visits.iter().map(move |visit| (story, visit)))
}

fn ended_us(evidence: &Evidence) -> HashMap<OrderId, i64> {
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    ends.map(|transition| (transition.order_id, transition.at_us)).collect()
}

/// Returns how many passes were good at one time, at most.
fn most_inside(evidence: &Evidence) -> i64 {
    let ended_us = ended_us(evidence);
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
