//! QUEUE-1 to QUEUE-3.

use std::collections::{HashMap, HashSet};

use shared::{
    drops::DropState,
    ids::{OrderId, TicketId},
    line::{Epoch, Score},
};

use crate::{
    evidence::{AnsweredJoin, Evidence, ShopperStory},
    lives::Standing,
    replay::RoomReplay,
    verdict::Verdict,
};

/// QUEUE-1: nobody was admitted past somebody with a lower number, and numbers follow the joins.
pub(super) fn nobody_passed_over(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let mut violations = room.overtaken.clone();
    violations.extend(inversions(evidence, room));
    let n_admitted: u64 = room.admissions.iter().map(|(_, n)| u64::from(*n)).sum();
    Verdict::of(violations, format!("{n_admitted} admissions"))
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
            Standing::Left | Standing::Closed(_) => "finished in line",
            Standing::Admitted if orders.contains(&OrderId::from(*id)) => "with an order",
            Standing::Admitted => "in flight",
        };
        *count.entry(whereabouts).or_default() += 1;
        if life.standing() == Standing::Waiting && ended {
            violations.push(format!("ticket {id} still waits although the drop is over"));
        }
    }
    let (lost, excused) = lost_joins(evidence, room);
    violations.extend(lost);
    let mut parts: Vec<String> = count.iter().map(|(what, n)| format!("{n} {what}")).collect();
    parts.sort();
    let over = format!("{} joined = {}", room.tickets.len(), parts.join(" + "));
    let over = match excused {
        0 => over,
        n => {
            format!("{over}; {n} more were lost with a store after their shopper had left the page")
        }
    };
    Verdict::of(violations, over)
}

/// Finds joins that were answered but are not in the log. One is excused when a store was broken
/// and the shopper, whose browser alone had the ticket then, did not come back with it.
fn lost_joins(evidence: &Evidence, room: &RoomReplay) -> (Vec<String>, usize) {
    let (mut lost, mut n_excused) = (Vec::new(), 0);
    let mut seen = HashSet::new();
    for (story, join) in evidence.joins() {
        if room.tickets.contains_key(&join.ticket_id) || !seen.insert(join.ticket_id) {
            continue;
        }
        let gone = story.end.as_ref().is_some_and(|end| end.how == "absent");
        if gone && evidence.lost_its_store() {
            n_excused += 1;
        } else {
            let process = story.process;
            lost.push(format!("shopper {process} joined, but ticket {} is lost", join.ticket_id));
        }
    }
    (lost, n_excused)
}

/// Returns the joins of a shopper that the line kept. A ticket that a broken store lost may come
/// back from one tab after another tab has joined again; the log then closes one of the two as
/// replaced.
pub(super) fn kept_joins<'a>(
    story: &'a ShopperStory,
    evidence: &Evidence,
    room: &RoomReplay,
) -> impl Iterator<Item = &'a AnsweredJoin> {
    let is_whole = !evidence.lost_its_store();
    story.joins.iter().filter(move |join| {
        is_whole || room.tickets.get(&join.ticket_id).is_some_and(|life| !life.was_lost)
    })
}

/// QUEUE-3: an account has one live ticket, however many tabs it joins from.
pub(super) fn one_live_ticket(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    let ended_us: HashMap<TicketId, i64> =
        ends.map(|transition| (TicketId::from(transition.order_id), transition.at_us)).collect();
    let mut violations = room.doubles(&ended_us);
    for story in &evidence.shoppers {
        let tickets: HashSet<TicketId> =
            kept_joins(story, evidence, room).map(|join| join.ticket_id).collect();
        if tickets.len() > 1 {
            violations.push(format!("shopper {} was given {tickets:?}", story.process));
        }
    }
    Verdict::of(violations, format!("{} tickets", room.tickets.len()))
}
