//! QUEUE-1 to QUEUE-3.

use std::collections::{HashMap, HashSet};

use shared::{
    ids::TicketId,
    tickets::{Epoch, Score},
};

use crate::check::{
    Evidence,
    evidence::{Join, ShopperStory},
    room::{Room, Standing},
    verdict::Verdict,
};

/// QUEUE-1: nobody was let in past somebody with a lower number, and numbers follow the joins.
pub(super) fn nobody_passed_over(evidence: &Evidence, room: &Room) -> Verdict {
    let mut violations = room.overtaken.clone();
    violations.extend(inversions(evidence, room));
    let n_admitted: u64 = room.admissions.iter().map(|(_, n)| u64::from(*n)).sum();
    Verdict::of(violations, format!("{n_admitted} admissions"))
}

/// Shoppers whose join was answered before another's was sent, and who stand behind that one.
fn inversions(evidence: &Evidence, room: &Room) -> Vec<String> {
    let mut sent: Vec<(u64, Score, u64)> = Vec::new();
    let mut answered: Vec<(u64, Score, u64)> = Vec::new();
    for (story, join) in evidence.joins() {
        // The answer names the line's epoch, which a rebuild may have raised since the join.
        let told = || Score::new(Epoch(join.epoch), join.queue_number);
        let score = room.tickets.get(&join.ticket_id).map_or_else(told, |life| life.score);
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
                "shopper {process} joined after shopper {by} and has {number}, not above {other}"
            ));
        }
    }
    violations
}

/// QUEUE-2: every ticket is in one place, by an unbroken log.
pub(super) fn everybody_accounted_for(evidence: &Evidence, room: &Room) -> Verdict {
    if room.tickets.is_empty() && evidence.joins().next().is_none() {
        return Verdict::not_applicable("nobody joined");
    }
    let mut violations = room.breaks.clone();
    violations.extend(room.contradictions.iter().cloned());
    let orders: HashSet<_> = evidence.orders.iter().map(|order| order.id).collect();
    let ended = !matches!(evidence.drop.state.as_str(), "scheduled" | "open");
    let mut count = HashMap::<&str, usize>::new();
    for (id, life) in &room.tickets {
        let place = match life.standing() {
            Standing::Waiting => "waiting",
            Standing::Left | Standing::Closed(_) => "finished in line",
            Standing::Admitted if orders.contains(&id.as_uuid()) => "with an order",
            Standing::Admitted => "in flight",
        };
        *count.entry(place).or_default() += 1;
        if life.standing() == Standing::Waiting && ended {
            violations.push(format!("ticket {id} still waits, and the drop is over"));
        }
    }
    let (lost, excused) = lost_joins(evidence, room);
    violations.extend(lost);
    let mut parts: Vec<String> = count.iter().map(|(place, n)| format!("{n} {place}")).collect();
    parts.sort();
    let over = format!("{} joined = {}", room.tickets.len(), parts.join(" + "));
    let over = match excused {
        0 => over,
        n => format!("{over}; {n} whose browser was gone were lost with a store"),
    };
    Verdict::of(violations, over)
}

/// Joins that were answered and that the log does not know. One is excused when a store was
/// broken and the shopper, who alone had the ticket then, did not come back with it.
fn lost_joins(evidence: &Evidence, room: &Room) -> (Vec<String>, usize) {
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
            lost.push(format!("shopper {process} joined and {} is lost", join.ticket_id));
        }
    }
    (lost, n_excused)
}

/// The joins of a shopper that the line kept. What a broken store lost may come back from one tab
/// while another has joined anew; the log then closes one of the two as replaced.
pub(super) fn kept_joins<'a>(
    story: &'a ShopperStory,
    evidence: &Evidence,
    room: &Room,
) -> impl Iterator<Item = &'a Join> {
    let is_whole = !evidence.lost_its_store();
    story.joins.iter().filter(move |join| {
        is_whole || room.tickets.get(&join.ticket_id).is_some_and(|life| !life.was_lost)
    })
}

/// QUEUE-3: an account has one live ticket, however many tabs it joins from.
pub(super) fn one_live_ticket(evidence: &Evidence, room: &Room) -> Verdict {
    let ends = evidence.transitions.iter().filter(|transition| transition.terminal);
    let ended_us: HashMap<TicketId, i64> = ends
        .map(|transition| (TicketId::from_uuid(transition.order_id), transition.at_us))
        .collect();
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
