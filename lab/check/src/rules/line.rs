//! QUEUE-1 to QUEUE-3.

use std::collections::{HashMap, HashSet};

use shared::{
    drops::DropState,
    ids::{OrderId, TicketId},
    line::{Epoch, Score},
};

use crate::{
    evidence::Evidence,
    excuses::{kept_joins, lost_joins},
    faults::RECOVERY_US,
    lives::Standing,
    replay::RoomReplay,
    verdict::Verdict,
};

/// How long before a turn that was missed its shopper is known to have been there; about half of what
/// `admission.presence_ttl_ms` is by default.
const SEEN_US: i64 = 7_000_000;

/// QUEUE-1: nobody was admitted past somebody with a lower number who waits for the same variant in
/// the same lane and is there, and numbers follow the joins.
pub(super) fn nobody_passed_over(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let mut violations = room.overtaken.clone();
    violations.extend(inversions(evidence, room));
    violations.extend(missed_while_there(evidence, room));
    let n_admitted: usize = room.admissions.iter().map(|(_, n)| *n as usize).sum();
    let n_missed: usize = room.tickets.values().map(|life| life.missed_at_us().count()).sum();
    let over = format!("{n_admitted} admissions, {n_missed} times somebody was missed");
    Verdict::of(violations, n_admitted, over)
}

/// Finds shoppers who never left the page, were shown something a moment ago, and were missed all the
/// same, with nothing broken at the time.
fn missed_while_there(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let mut violations = Vec::new();
    for story in evidence.shoppers.iter().filter(|story| !story.is_gone() && !story.was_away) {
        let ids: HashSet<TicketId> = story.joins.iter().map(|join| join.ticket_id).collect();
        for life in ids.iter().filter_map(|id| room.tickets.get(id)) {
            let there = |at_us: &i64| {
                story.was_shown_within(at_us - SEEN_US, *at_us)
                    && evidence.is_quiet(at_us - SEEN_US - RECOVERY_US, *at_us)
            };
            if let Some(at_us) = life.missed_at_us().find(there) {
                let process = story.process;
                violations.push(format!("shopper {process} was there and missed at {at_us} µs"));
            }
        }
    }
    violations
}

/// Finds shoppers who stand ahead of somebody whose join was answered before theirs was sent.
fn inversions(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let mut sent: Vec<(u64, Score, u64)> = Vec::new();
    let mut answered: Vec<(u64, Score, u64)> = Vec::new();
    for (story, join) in evidence.joins() {
        // The answer has the line's epoch, which a rebuild may have raised since the join.
        let answered_score = || Score::new(Epoch(join.epoch), join.queue_number);
        let score =
            room.tickets.get(&join.ticket_id).map_or_else(answered_score, |life| life.score);
        answered.push((join.answered_ns, score, story.process));
        sent.extend(story.join_sent_ns.map(|sent_ns| (sent_ns, score, story.process)));
    }
    sent.sort_unstable();
    answered.sort_unstable();
    let (mut answered, mut last) = (answered.into_iter().peekable(), None::<(Score, u64)>);
    let mut violations = Vec::new();
    for (sent_ns, score, process) in sent {
        while let Some((_, done, by)) = answered.next_if(|(at_ns, ..)| *at_ns < sent_ns) {
            last = last.max(Some((done, by)));
        }
        if let Some((ahead, by)) = last.filter(|(ahead, _)| *ahead > score) {
            let (number, other) = (score.number(), ahead.number());
            violations.push(format!(
                "shopper {process} joined after shopper {by} but has number {number}, not above {other}"
            ));
        }
    }
    violations
}

/// QUEUE-2: every ticket is accounted for once, by an unbroken log.
pub(super) fn everybody_accounted_for(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    if room.tickets.is_empty() && evidence.joins().next().is_none() {
        return Verdict::not_applicable("nobody joined");
    }
    let mut violations = room.breaks.clone();
    violations.extend(room.contradictions.iter().cloned());
    let orders: HashSet<_> = evidence.orders.iter().map(|order| order.id).collect();
    let ended = !matches!(evidence.drop.state, DropState::Scheduled | DropState::Open);
    let mut count = HashMap::<&str, usize>::new();
    for (id, life) in &room.tickets {
        let whereabouts = match life.standing() {
            Standing::Waiting => "waiting",
            Standing::Missed => "absent",
            Standing::Left | Standing::Closed(_) => "finished in line",
            Standing::Admitted if orders.contains(&OrderId::from(*id)) => "with an order",
            Standing::Admitted => "in flight",
        };
        *count.entry(whereabouts).or_default() += 1;
        if life.standing().is_in_line() && ended {
            violations.push(format!("ticket {id} still waits although the drop is over"));
        }
    }
    let lost = lost_joins(evidence, room);
    violations.extend(lost.violations);
    let mut parts: Vec<String> = count.iter().map(|(what, n)| format!("{n} {what}")).collect();
    parts.sort();
    let n_joined = room.tickets.len();
    let mut over = format!("{n_joined} joined = {}", parts.join(" + "));
    if lost.n_excused > 0 {
        over.push_str(&format!("; {} more were lost with Redis", lost.n_excused));
    }
    Verdict::of(violations, n_joined, over)
}

/// QUEUE-3: an account has one live ticket, however many tabs it joins from.
pub(super) fn one_live_ticket(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    let ended_us: HashMap<TicketId, i64> =
        ends.map(|transition| (TicketId::from(transition.order_id), transition.at_us)).collect();
    let mut violations = room.doubles(&ended_us);
    for story in &evidence.shoppers {
        let tickets: HashSet<TicketId> =
            kept_joins(story, room).map(|join| join.ticket_id).collect();
        if tickets.len() > 1 {
            violations.push(format!("shopper {} was given {tickets:?}", story.process));
        }
    }
    let n_again: usize =
        evidence.shoppers.iter().map(|story| story.joins.len().saturating_sub(1)).sum();
    let n_tickets = room.tickets.len();
    Verdict::of(violations, n_tickets, format!("{n_tickets} tickets, {n_again} repeated joins"))
}
