//! Who is chosen by one ADMIT, ticket by ticket.

use super::{LineModel, presence::Absence};
use shared::{
    ids::VariantId,
    line::{Intent, JoinedTicket, Lane},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Absent tickets that one call passes over.
const MOST_MISSED: usize = 500;

/// What one call may do.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Tickets that may be let in now.
    pub(super) want: usize,
    /// Tickets of one call, at most.
    pub(super) limit: usize,
    /// Whether nothing is left of any variant, and nothing can come back.
    pub(super) exhausted: bool,
}

/// What becomes of those at the fronts.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) admitted: Vec<JoinedTicket>,
    pub(super) missed: Vec<JoinedTicket>,
    pub(super) closed: Vec<JoinedTicket>,
    /// Whether more of them are absent than one call passes over.
    pub(super) more_are_absent: bool,
    /// Whether a lane has somebody whose turn it is not, by the number.
    pub(super) is_unserved: bool,
}

/// Those whom an ADMIT has come to so far.
pub(super) struct Choice<'l> {
    line: &'l LineModel,
    absence: Option<&'l Absence>,
    bounds: Bounds,
    /// Those of each lane who were not looked at, by score.
    left: BTreeMap<Lane, VecDeque<JoinedTicket>>,
    taken: BTreeMap<VariantId, i64>,
    /// Variants of which somebody wants more than is left; it is kept.
    stuck: BTreeSet<VariantId>,
    is_halted: bool,
    pub(super) chosen: Chosen,
}

impl<'l> Choice<'l> {
    pub(super) fn of(
        line: &'l LineModel,
        waiting: &[JoinedTicket],
        bounds: Bounds,
        absence: Option<&'l Absence>,
    ) -> Self {
        let mut left: BTreeMap<Lane, VecDeque<_>> = BTreeMap::new();
        for ticket in waiting {
            left.entry(ticket.lane).or_default().push_back(*ticket);
        }
        Self {
            line,
            absence,
            bounds,
            left,
            taken: BTreeMap::new(),
            stuck: BTreeSet::new(),
            is_halted: false,
            chosen: Chosen::default(),
        }
    }

    /// Whether one more may be looked at.
    pub(super) fn goes_on(&self) -> bool {
        self.chosen.admitted.len() < self.bounds.want && !self.is_halted
    }

    /// Lets the next ticket of a lane in; `false` if it has none that can be.
    pub(super) fn let_one_in(&mut self, lane: Lane) -> bool {
        while !self.is_halted
            && let Some(ticket) = self.left.get_mut(&lane).and_then(VecDeque::pop_front)
        {
            if self.stuck.contains(&ticket.intent.variant_id) {
                continue;
            }
            // In the order of the lane, so nobody behind is considered either.
            if self.line.is_unserved(&ticket) {
                self.chosen.is_unserved = true;
                return false;
            }
            if let Some(let_in) = self.consider(&ticket) {
                self.chosen.admitted.push(let_in);
                return true;
            }
        }
        false
    }

    /// Returns the ticket as it is let in, if it is.
    fn consider(&mut self, ticket: &JoinedTicket) -> Option<JoinedTicket> {
        let intent = self.line.granted(ticket.intent);
        let taken = self.taken.entry(intent.variant_id).or_default();
        let (units, free) = (i64::from(intent.units), self.line.free(intent.variant_id) - *taken);
        if free > 0 && self.absence.is_some_and(|absence| self.line.is_absent(absence, ticket)) {
            self.pass_over(ticket);
        } else if units <= free {
            *taken += units;
            return Some(JoinedTicket { intent, ..*ticket });
        } else {
            self.refuse(ticket);
        }
        None
    }

    /// Notes somebody who is absent, up to so many.
    fn pass_over(&mut self, ticket: &JoinedTicket) {
        if self.chosen.missed.len() < MOST_MISSED {
            self.chosen.missed.push(*ticket);
        } else {
            (self.is_halted, self.chosen.more_are_absent) = (true, true);
        }
    }

    /// Closes a ticket that the stock can never cover; keeps what is left for any other.
    fn refuse(&mut self, ticket: &JoinedTicket) {
        let Intent { variant_id, units } = self.line.granted(ticket.intent);
        let ever = self.line.ever(variant_id);
        if self.bounds.exhausted || ever.is_none_or(|ever| units <= ever) {
            self.stuck.insert(variant_id);
        } else if self.chosen.closed.len() < self.bounds.limit {
            self.chosen.closed.push(*ticket);
        } else {
            self.is_halted = true;
        }
    }
}
