//! Who is chosen by one ADMIT, ticket by ticket.

use super::LineModel;
use shared::{
    ids::VariantId,
    line::{JoinedTicket, Lane},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Those whom an ADMIT has come to so far.
pub(super) struct Choice<'l> {
    line: &'l LineModel,
    /// Those of each lane who were not looked at, by score.
    left: BTreeMap<Lane, VecDeque<JoinedTicket>>,
    taken: BTreeMap<VariantId, i64>,
    /// Variants of which somebody wants more than is left; it is kept.
    stuck: BTreeSet<VariantId>,
    exhausted: bool,
    /// Tickets of one call, at most.
    limit: usize,
    is_halted: bool,
    pub(super) admitted: Vec<JoinedTicket>,
    pub(super) closed: Vec<JoinedTicket>,
}

impl<'l> Choice<'l> {
    pub(super) fn of(
        line: &'l LineModel,
        waiting: &[JoinedTicket],
        limit: usize,
        exhausted: bool,
    ) -> Self {
        let mut left: BTreeMap<Lane, VecDeque<_>> = BTreeMap::new();
        for ticket in waiting {
            left.entry(ticket.lane).or_default().push_back(*ticket);
        }
        Self {
            line,
            left,
            taken: BTreeMap::new(),
            stuck: BTreeSet::new(),
            exhausted,
            limit,
            is_halted: false,
            admitted: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Whether one more may be looked at.
    pub(super) fn goes_on(&self, want: usize) -> bool {
        self.admitted.len() < want && !self.is_halted
    }

    /// Lets the next ticket of a lane in; `false` if it has none that can be.
    pub(super) fn let_one_in(&mut self, lane: Lane) -> bool {
        while !self.is_halted
            && let Some(ticket) = self.left.get_mut(&lane).and_then(VecDeque::pop_front)
        {
            if !self.stuck.contains(&ticket.intent.variant_id) && self.is_let_in(&ticket) {
                self.admitted.push(ticket);
                return true;
            }
        }
        false
    }

    fn is_let_in(&mut self, ticket: &JoinedTicket) -> bool {
        let (variant_id, units) = (ticket.intent.variant_id, ticket.intent.units);
        let taken = self.taken.entry(variant_id).or_default();
        if i64::from(units) <= self.line.free(variant_id) - *taken {
            *taken += i64::from(units);
            return true;
        }
        let is_hopeless =
            !self.exhausted && self.line.ever(variant_id).is_some_and(|ever| units > ever);
        if !is_hopeless {
            self.stuck.insert(variant_id);
        } else if self.closed.len() < self.limit {
            self.closed.push(*ticket);
        } else {
            self.is_halted = true;
        }
        false
    }
}
