//! The invariants of a line, by name.

use crate::{line::LineModel, rate::RateRule};
use shared::{
    invariants::Invariant,
    line::{Admission, AdmittedTicket, Intent, JoinedTicket, LineState, TicketKey},
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

pub(crate) fn violated(invariant: Invariant, how: String) -> Result<(), Violation> {
    Err(Violation { invariant, how })
}

/// Checks QUEUE-1: in each lane, nobody who waited `before`, was seen there and whose units were free
/// was passed over by a higher number. `after` is the line after the admission.
///
/// # Errors
///
/// Returns the ticket that was passed over.
pub fn nobody_is_passed_over(
    before: &LineModel,
    after: &LineModel,
    admission: &Admission,
) -> Result<(), Violation> {
    let (missed, waiting): (Vec<_>, Vec<_>) = before
        .waiting()
        .into_iter()
        .partition(|ticket| after.state_of(ticket.key()) == LineState::Missed);
    if let Some(seen) = missed.iter().find(|ticket| was_there(before, ticket, admission.at_us)) {
        return violated(Invariant::Queue1, format!("{seen:?} is missed, and was seen"));
    }
    let admitted = &admission.tickets;
    let ids: BTreeSet<_> = admitted.iter().map(|one| one.ticket.ticket_id).collect();
    // Free units are kept for the first ticket of a lane that wants them; a hopeless one is closed.
    let mut kept_for = BTreeSet::new();
    let is_first = |ticket: &&JoinedTicket| {
        let Intent { variant_id, units } = before.granted(ticket.intent);
        let is_hopeless =
            before.has_stock() && before.ever(variant_id).is_none_or(|ever| units > ever);
        !is_hopeless && kept_for.insert((ticket.lane, variant_id))
    };
    let left = waiting.iter().filter(|ticket| !ids.contains(&ticket.ticket_id));
    let first: Vec<_> = left.filter(is_first).collect();
    for ticket in &first {
        let variant_id = ticket.intent.variant_id;
        let passes = |one: &AdmittedTicket| {
            one.ticket.lane == ticket.lane && one.ticket.score > ticket.score
        };
        let Some(at) = admitted.iter().position(passes) else { continue };
        let of_variant =
            admitted[..at].iter().filter(|one| one.ticket.intent.variant_id == variant_id);
        let taken: i64 = of_variant.map(|one| i64::from(one.ticket.intent.units)).sum();
        let free = before.free(variant_id) - taken;
        // What is free is kept from all lanes for a ticket that needs more.
        let wanting = first.iter().filter(|other| other.intent.variant_id == variant_id);
        let units = wanting.map(|other| i64::from(before.granted(other.intent).units));
        if units.max() <= Some(free) {
            return violated(Invariant::Queue1, format!("{ticket:?} with {free} units free"));
        }
    }
    Ok(())
}

/// Checks STOCK-3 for those who are let in: each gets the units that it asked for `before`, or all that
/// were left and could come back, where its shopper chooses among them.
///
/// # Errors
///
/// Returns the ticket that got others.
pub fn nobody_gets_too_few(before: &LineModel, admission: &Admission) -> Result<(), Violation> {
    let may_get_fewer = before.config.as_ref().is_some_and(|config| config.takes_most);
    for AdmittedTicket { ticket, .. } in &admission.tickets {
        let Intent { variant_id, units } = ticket.intent;
        let joined = before.tickets.get(&ticket.ticket_id).and_then(|one| one.joined);
        let asked = joined.map_or(0, |joined| joined.intent.units);
        let is_rest = may_get_fewer && units < asked && before.ever(variant_id) == Some(units);
        if units != asked && !is_rest {
            return violated(Invariant::Stock3, format!("{ticket:?} asked for {asked} units"));
        }
    }
    Ok(())
}

/// Whether somebody had joined or was seen lately, or nobody is missed in this room.
fn was_there(line: &LineModel, ticket: &JoinedTicket, at_us: i64) -> bool {
    let Some(presence) = line.config.as_ref().and_then(|config| config.presence) else {
        return true;
    };
    let ttl_us = i64::from(presence.ttl_ms.get()) * 1000;
    let seen_us = line.front.here.get(&ticket.ticket_id).copied();
    seen_us.max(Some(ticket.joined_at_ms * 1000)).is_some_and(|last_us| at_us < last_us + ttl_us)
}

/// Checks QUEUE-2: a rebuilt line has everybody who is in line according to the log. `states` has
/// each of them, and where the line says that they are.
///
/// # Errors
///
/// Returns a ticket that is missing.
pub fn nobody_is_lost(
    states: impl IntoIterator<Item = (TicketKey, LineState)>,
) -> Result<(), Violation> {
    for (ticket, state) in states {
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
            return violated(Invariant::Queue2, format!("{ticket:?} is {state:?}"));
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
    // Of one that the room heard of from its row alone, it does not know what it is a claim to.
    for ticket in line.tickets.values().filter_map(|ticket| ticket.joined) {
        if !accounts.insert(ticket.shopper_id) {
            return violated(Invariant::Queue3, format!("{:?} has two", ticket.shopper_id));
        }
    }
    Ok(())
}

/// A present-day time in microseconds, as a float, is exact to a quarter of one.
const TAT_PRECISION_S: f64 = 0.25e-6;

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

    /// Checks RATE-1: no window has more than its rates allow over their time in it, and one
    /// burst. A change of rate gives nobody a burst of its own; only what a smaller bucket can't
    /// hold of the debt is forgiven.
    ///
    /// # Errors
    ///
    /// Returns the first window that has more.
    pub fn check(&self) -> Result<(), Violation> {
        let fastest = self.rates.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let rounded = fastest * TAT_PRECISION_S;
        for (first, (from_us, _)) in self.admitted.iter().enumerate() {
            let mut total = 0;
            for (calls, (to_us, n)) in self.admitted[first..].iter().enumerate() {
                total += n;
                let allowed = self.allowed(*from_us, *to_us);
                let roundings = (calls + 1 + self.rates.len()) as f64;
                if total as f64 > allowed + rounded * roundings + 0.01 {
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
        let (mut allowed, mut burst) = (0.0, 0.0);
        for ((start, rate), end) in
            pieces.filter(|((start, _), end)| *start <= to_us && *end >= from_us)
        {
            let within = end.min(to_us) - (*start).max(from_us);
            let before = burst;
            burst = RateRule::per_second(*rate).burst();
            let forgiven = (before - burst).max(0.0);
            allowed += rate * within.max(0) as f64 / 1e6 + forgiven;
        }
        allowed + burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rates: &[(i64, f64)], admitted: &[(i64, usize)]) -> RateLog {
        let mut log = RateLog::default();
        rates.iter().for_each(|(from_us, rate)| log.rate(*from_us, *rate));
        admitted.iter().for_each(|(at_us, n)| log.admitted(*at_us, *n));
        log
    }

    #[test]
    fn a_window_may_have_its_rate_and_one_burst() {
        let at_10 = |admitted: &[(i64, usize)]| log(&[(0, 10.0)], admitted).check();
        assert_eq!(at_10(&[(0, 1), (100_000, 1), (200_000, 1)]), Ok(()));
        for broken in [vec![(0, 2)], vec![(0, 1), (90_000, 1)], vec![(0, 1), (150_000, 2)]] {
            let found = at_10(&broken).unwrap_err();
            assert_eq!(found.invariant, Invariant::Rate1, "{broken:?}");
        }
    }

    #[test]
    fn a_changed_rate_brings_no_burst_of_its_own() {
        // A burst of 10, then one of 100, of which 10 are spent already.
        let faster = [(0, 100.0), (1, 1_000.0)];
        assert_eq!(log(&faster, &[(0, 10), (1, 90)]).check(), Ok(()));
        assert!(log(&faster, &[(0, 10), (1, 91)]).check().is_err());
        // The smaller bucket forgives the nine of ten that it can't hold.
        let slower = [(0, 100.0), (1, 10.0)];
        assert_eq!(log(&slower, &[(0, 10)]).check(), Ok(()));
        assert!(log(&slower, &[(0, 10), (2, 1)]).check().is_err());
    }
}
