//! END-1.

use std::collections::HashMap;

use shared::{drops::CloseReason, ids::OrderId, lifecycle::TicketState};

use super::journal;
use crate::{
    evidence::{Evidence, OrderEvidence, ShopperStory, Shown},
    faults::RECOVERY_US,
    lives::{Standing, TicketLife},
    replay::RoomReplay,
    verdict::Verdict,
};

const SECOND_US: i64 = 1_000_000;
/// How soon a connected waiter hears that the line has ended.
const HEARD_US: i64 = 2 * SECOND_US;
/// How soon the units of a hold that ran out are back on sale.
const BACK_US: i64 = 5 * SECOND_US;
/// A stream that shows nothing for longer is not connected: it repeats itself every 15 s.
const SILENCE_US: i64 = 20 * SECOND_US;

/// What one half of the rule found.
#[derive(Default)]
struct Findings {
    violations: Vec<String>,
    n_cases: usize,
}

/// END-1: connected waiters hear the end of the line at once, and units whose hold ran out are
/// back on sale soon. What a fault was near is not judged.
pub(super) fn told_in_time(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let waiters = late_waiters(evidence, room);
    let holds = late_holds(evidence);
    let n_cases = waiters.n_cases + holds.n_cases;
    if n_cases == 0 {
        return Verdict::not_applicable("nobody was connected at the end, and no hold ran out");
    }
    let over =
        format!("{} connected waiters, {} holds that ran out", waiters.n_cases, holds.n_cases);
    let violations = [waiters.violations, holds.violations].concat();
    Verdict::of(violations, n_cases, over)
}

fn late_waiters(evidence: &Evidence, room: &RoomReplay) -> Findings {
    let mut findings = Findings::default();
    let Some(ended_us) = room.ended_us else { return findings };
    // A fault may have cut the stream since its last frame.
    if !evidence.is_quiet(ended_us - SILENCE_US, ended_us + HEARD_US) {
        return findings;
    }
    for story in &evidence.shoppers {
        let mut tickets = story.joins.iter().filter_map(|join| room.tickets.get(&join.ticket_id));
        if !is_connected(story, ended_us) || !tickets.any(|life| waited_for_end(life, ended_us)) {
            continue;
        }
        findings.n_cases += 1;
        let process = story.process;
        let heard_us = story.shown.iter().find_map(|shown| match shown {
            Shown::Closed { at_us } => Some(*at_us),
            Shown::Position { .. } | Shown::Admitted => None,
        });
        match heard_us {
            None => findings.violations.push(format!("shopper {process} never heard the end")),
            Some(heard_us) if heard_us > ended_us + HEARD_US => findings.violations.push(format!(
                "shopper {process} heard the end after {:.1} s",
                (heard_us - ended_us) as f64 / 1e6
            )),
            Some(_) => {}
        }
    }
    findings
}

/// Whether the last thing that a shopper saw before the end came by a stream, not long ago, and the
/// shopper did not close that one.
fn is_connected(story: &ShopperStory, ended_us: i64) -> bool {
    let before = story.shown.iter().rev().find_map(|shown| match shown {
        Shown::Position { by_stream, at_us, .. } if *at_us <= ended_us => {
            Some((*by_stream, *at_us))
        }
        Shown::Position { .. } | Shown::Admitted | Shown::Closed { .. } => None,
    });
    before.is_some_and(|(by_stream, at_us)| {
        let is_cut = story.has_hung_up(at_us, ended_us + HEARD_US);
        by_stream && at_us >= ended_us - SILENCE_US && !is_cut
    })
}

/// Whether a ticket was closed because the line ended.
fn waited_for_end(life: &TicketLife, ended_us: i64) -> bool {
    life.changes.last().is_some_and(|(at_us, to)| {
        *at_us >= ended_us
            && matches!(to, Standing::Closed(reason) if *reason != CloseReason::Replaced)
    })
}

fn late_holds(evidence: &Evidence) -> Findings {
    let mut findings = Findings::default();
    let expired = evidence.transitions.iter().filter(|t| t.to_state == TicketState::Expired);
    let expired_us: HashMap<OrderId, i64> = expired.map(|t| (t.order_id, t.at_us)).collect();
    let expiries = evidence.journal.iter().flat_map(|row| {
        let expired = row.changes().filter(|(_, _, state)| *state == TicketState::Expired);
        expired.map(move |(order_id, ..)| (order_id, row.id))
    });
    let expired_in: HashMap<OrderId, i64> = expiries.collect();
    // Where there is no end of visits, an expired pass gives back a place, which is no unit; where there
    // is, only one whose visit never began gives that back.
    let (gives_units_back, begun) = (evidence.has_stock(), evidence.visits_begun());
    let gave_back = journal::gave_back(evidence);
    for OrderEvidence { id, variant_id, expires_at_us, .. } in &evidence.orders {
        let (Some(at_us), Some(expires_us)) = (expired_us.get(id), expires_at_us) else { continue };
        let due_us = expires_us + BACK_US;
        if !evidence.is_quiet(expires_us - RECOVERY_US, due_us) {
            continue;
        }
        findings.n_cases += 1;
        if *at_us > due_us {
            let after_s = (at_us - expires_us) as f64 / 1e6;
            findings.violations.push(format!("order {id} expired {after_s:.1} s after its hold"));
        }
        let is_back =
            expired_in.get(id).is_some_and(|row| gave_back.contains(&(*row, *variant_id)));
        if gives_units_back && !begun.contains(id) && !is_back {
            findings.violations.push(format!("order {id} expired, but its units never came back"));
        }
    }
    findings
}
