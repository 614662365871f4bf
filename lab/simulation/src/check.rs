//! The invariants of a line, by name.

use crate::line::{LineModel, ModelState};
use shared::{
    gcra,
    ids::TicketId,
    invariants::Invariant,
    line::{AdmittedTicket, LineState},
};
use std::collections::BTreeSet;

/// A promise that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The promise.
    pub invariant: Invariant,
    /// What was found instead.
    pub how: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.invariant, self.how)
    }
}

fn violated(invariant: Invariant, how: String) -> Result<(), Violation> {
    Err(Violation { invariant, how })
}

/// Checks QUEUE-1: of those who waited `before`, nobody whose units were free was skipped.
///
/// # Errors
///
/// Returns the ticket that was skipped.
pub fn nobody_is_passed_over(
    before: &LineModel,
    admitted: &[AdmittedTicket],
) -> Result<(), Violation> {
    let Some(last) = admitted.iter().map(|one| one.ticket.score).max() else { return Ok(()) };
    let ids: BTreeSet<_> = admitted.iter().map(|one| one.ticket.ticket_id).collect();
    let waiting = before.waiting();
    let ahead = waiting.iter().take_while(|ticket| ticket.score < last);
    let mut kept_for = BTreeSet::new();
    for ticket in ahead.filter(|ticket| !ids.contains(&ticket.ticket_id)) {
        let variant_id = ticket.intent.variant_id;
        // Free units are kept for the first ticket that wants them; a hopeless ticket is closed.
        let ever = before.stock.get(&variant_id).map_or(0, |one| one.available + one.reserved);
        if ticket.intent.units > ever || !kept_for.insert(variant_id) {
            continue;
        }
        let taken_ahead = admitted
            .iter()
            .map(|one| one.ticket)
            .filter(|one| one.intent.variant_id == variant_id && one.score < ticket.score)
            .map(|one| i64::from(one.intent.units));
        let free = before.free(variant_id) - taken_ahead.sum::<i64>();
        if i64::from(ticket.intent.units) <= free {
            return violated(Invariant::Queue1, format!("{ticket:?} with {free} units free"));
        }
    }
    Ok(())
}

/// Checks QUEUE-2: a rebuilt line has everybody who is in line according to the log.
///
/// # Errors
///
/// Returns a ticket that is missing.
pub fn nobody_is_lost(line: &LineModel, logged: &BTreeSet<TicketId>) -> Result<(), Violation> {
    for ticket_id in logged {
        let state = line.state_of(*ticket_id);
        let is_lost = match state {
            LineState::Waiting
            | LineState::Missed
            | LineState::InFlight { .. }
            | LineState::Held => false,
            LineState::Finished | LineState::Closed(_) | LineState::Left | LineState::Unknown => {
                true
            }
        };
        if is_lost {
            return violated(Invariant::Queue2, format!("{ticket_id:?} is {state:?}"));
        }
    }
    Ok(())
}

/// Checks QUEUE-3: one live ticket per account.
///
/// # Errors
///
/// Returns the account that has two.
pub fn one_live_ticket_each(line: &LineModel) -> Result<(), Violation> {
    let mut accounts = BTreeSet::new();
    for ticket in line.tickets.values().filter(|one| !matches!(one.state, ModelState::Over(_))) {
        let Some(joined) = ticket.joined else { continue };
        if !accounts.insert(joined.shopper_id) {
            return violated(Invariant::Queue3, format!("{:?} has two", joined.shopper_id));
        }
    }
    Ok(())
}

/// How many were admitted when, and under which rate.
#[derive(Clone, Debug, Default)]
pub struct RateLog {
    admitted: Vec<(i64, usize)>,
    rates: Vec<(i64, f64)>,
}

impl RateLog {
    /// Records an admission of `n` tickets.
    pub fn admitted(&mut self, at_us: i64, n: usize) {
        self.admitted.push((at_us, n));
    }

    /// Records the rate in force from this moment on.
    pub fn rate(&mut self, from_us: i64, per_second: f64) {
        if self.rates.last().is_none_or(|(_, last)| *last != per_second) {
            self.rates.push((from_us, per_second));
        }
    }

    /// Checks RATE-1: no window has more than its rates allow over their time in it, and a burst
    /// for each of them.
    ///
    /// # Errors
    ///
    /// Returns the first window that has more.
    pub fn check(&self) -> Result<(), Violation> {
        for (first, (from_us, _)) in self.admitted.iter().enumerate() {
            let mut total = 0;
            for (to_us, n) in &self.admitted[first..] {
                total += n;
                let allowed = self.allowed(*from_us, *to_us);
                if total as f64 > allowed + 0.01 {
                    let how = format!("{total} in {} µs, allowed {allowed}", to_us - from_us);
                    return violated(Invariant::Rate1, how);
                }
            }
        }
        Ok(())
    }

    fn allowed(&self, from_us: i64, to_us: i64) -> f64 {
        let ends = self.rates.iter().skip(1).map(|(at, _)| *at).chain([i64::MAX]);
        let pieces = self.rates.iter().zip(ends);
        pieces
            .filter(|((start, _), end)| *start <= to_us && *end >= from_us)
            .map(|((start, rate), end)| {
                let within = end.min(to_us) - (*start).max(from_us);
                rate * within.max(0) as f64 / 1e6 + gcra::burst(*rate)
            })
            .sum()
    }
}
