//! Whether the lanes of a line get their shares (LANE-1).
//!
//! Nothing of the order in which lanes have their turns is used. Of each two lanes it is counted what
//! they were let in for as long as both had somebody who could be: if that goes by their shares, the
//! difference stays within the worth of one ticket of each.

use crate::{
    check::{Violation, violated},
    line::LineModel,
};
use shared::{
    ids::VariantId,
    invariants::Invariant,
    line::{AdmittedTicket, Epoch, JoinedTicket, Lane, LineState},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What rounding may add up to.
const ROUNDED: f64 = 1e-6;

/// What the lanes of a room were let in, as far as it can be compared.
#[derive(Clone, Debug, Default)]
pub struct LaneLog {
    epoch: Epoch,
    shares: BTreeMap<Lane, u8>,
    /// Of each two lanes, the one with the lower number first.
    pairs: BTreeMap<(Lane, Lane), Lead>,
    n_compared: u64,
}

/// How far the first of two lanes has been ahead of the second, tickets divided by shares.
#[derive(Clone, Copy, Debug, Default)]
struct Lead {
    now: f64,
    least: f64,
    most: f64,
}

/// A line while tickets are taken out of it one by one.
struct Remaining<'l> {
    line: &'l LineModel,
    lines: BTreeMap<(Lane, VariantId), VecDeque<JoinedTicket>>,
    free: BTreeMap<VariantId, i64>,
}

impl LaneLog {
    /// Counts how often two lanes were compared: without that, nothing was checked.
    #[must_use]
    pub const fn n_compared(&self) -> u64 {
        self.n_compared
    }

    /// Records what one ADMIT let in of those who waited `before`. `after` is the line after it. Where
    /// numbers are served, they decide and no shares.
    ///
    /// # Errors
    ///
    /// Returns the lane that got less than its share.
    pub fn admitted(
        &mut self,
        before: &LineModel,
        after: &LineModel,
        admitted: &[AdmittedTicket],
    ) -> Result<(), Violation> {
        if admitted.is_empty() || before.is_manual() {
            return Ok(());
        }
        self.begin_anew(before);
        let mut remaining = Remaining::of(before, after);
        for AdmittedTicket { ticket, .. } in admitted {
            let fitting = remaining.fitting();
            self.count(ticket.lane, &fitting)?;
            remaining.take(ticket);
        }
        Ok(())
    }

    /// A rebuilt line, and new shares, begin to count from nothing.
    fn begin_anew(&mut self, line: &LineModel) {
        let epoch = line.room.map_or(Epoch(0), |room| room.epoch);
        let shares = line.shares();
        if epoch != self.epoch || shares != self.shares {
            *self = Self { epoch, shares, n_compared: self.n_compared, ..Self::default() };
        }
    }

    fn count(&mut self, lane: Lane, fitting: &BTreeSet<Lane>) -> Result<(), Violation> {
        let shares: Vec<_> = self.shares.iter().filter(|(_, percent)| **percent > 0).collect();
        let has_share = |lane: &Lane| shares.iter().any(|(other, _)| *other == lane);
        if !has_share(&lane)
            && let Some(other) = fitting.iter().find(|other| has_share(other))
        {
            let how = format!("{lane:?}, which has no share, came before {other:?}");
            return violated(Invariant::Lane1, how);
        }
        for (n, (first, first_percent)) in shares.iter().enumerate() {
            for (second, second_percent) in &shares[n + 1..] {
                let pair = (**first, **second);
                if !fitting.contains(&pair.0) || !fitting.contains(&pair.1) {
                    self.pairs.remove(&pair);
                    continue;
                }
                self.n_compared += 1;
                let worth = |percent: &u8| 100.0 / f64::from(*percent);
                let worths = (worth(first_percent), worth(second_percent));
                self.pairs.entry(pair).or_default().count(lane, pair, worths)?;
            }
        }
        Ok(())
    }
}

impl Lead {
    fn count(
        &mut self,
        lane: Lane,
        pair: (Lane, Lane),
        worths: (f64, f64),
    ) -> Result<(), Violation> {
        if lane == pair.0 {
            self.now += worths.0;
        } else if lane == pair.1 {
            self.now -= worths.1;
        }
        (self.least, self.most) = (self.least.min(self.now), self.most.max(self.now));
        if self.most - self.least > worths.0 + worths.1 + ROUNDED {
            return violated(Invariant::Lane1, format!("{pair:?} are apart by {self:?}"));
        }
        Ok(())
    }
}

impl<'l> Remaining<'l> {
    /// Leaves out those who were found to be absent: nobody waits for them.
    fn of(line: &'l LineModel, after: &LineModel) -> Self {
        let is_there = |ticket: &JoinedTicket| after.state_of(ticket.key()) != LineState::Missed;
        let mut lines = BTreeMap::<_, VecDeque<_>>::new();
        for ticket in line.waiting().into_iter().filter(is_there) {
            lines.entry((ticket.lane, ticket.intent.variant_id)).or_default().push_back(ticket);
        }
        let free = lines.keys().map(|(_, variant_id)| (*variant_id, line.free(*variant_id)));
        let free = free.collect();
        Self { line, lines, free }
    }

    /// Returns the lanes that have somebody who can be let in, whichever lane's turn comes first: the
    /// first of a line, of a variant that nobody at the front of a line waits for in vain.
    fn fitting(&mut self) -> BTreeSet<Lane> {
        let (mut first, mut in_vain) = (Vec::new(), BTreeSet::new());
        let line = self.line;
        for ((lane, variant_id), tickets) in &mut self.lines {
            // Whoever wants more than there will ever be is closed, not waited for.
            let is_hopeless = |ticket: &JoinedTicket| {
                let ever = line.ever(*variant_id);
                line.has_stock() && ever.is_none_or(|ever| line.granted(ticket.intent).units > ever)
            };
            while tickets.front().is_some_and(is_hopeless) {
                tickets.pop_front();
            }
            let Some(ticket) = tickets.front() else { continue };
            let units = i64::from(line.granted(ticket.intent).units);
            if units > self.free.get(variant_id).copied().unwrap_or_default() {
                in_vain.insert(*variant_id);
            }
            first.push((*lane, *variant_id));
        }
        first.retain(|(_, variant_id)| !in_vain.contains(variant_id));
        first.into_iter().map(|(lane, _)| lane).collect()
    }

    fn take(&mut self, ticket: &JoinedTicket) {
        let intent = ticket.intent;
        *self.free.entry(intent.variant_id).or_default() -= i64::from(intent.units);
        if let Some(line) = self.lines.get_mut(&(ticket.lane, intent.variant_id)) {
            line.retain(|other| other.ticket_id != ticket.ticket_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: [(Lane, u8); 3] = [(Lane::NORMAL, 80), (Lane(1), 20), (Lane(2), 0)];

    /// Counts tickets of these lanes while all have somebody.
    fn count(lanes: &[u8]) -> Result<(), Violation> {
        let mut log = LaneLog { shares: SHARES.into(), ..LaneLog::default() };
        let fitting = SHARES.iter().map(|(lane, _)| *lane).collect();
        lanes.iter().try_for_each(|lane| log.count(Lane(*lane), &fitting))
    }

    #[test]
    fn lanes_that_go_by_their_shares_pass() {
        assert_eq!(count(&[0, 1, 0, 0, 0, 0, 1, 0, 0, 0]), Ok(()));
        assert_eq!(count(&[0, 0, 0, 0, 0, 1]), Ok(()));
    }

    #[test]
    fn a_lane_that_is_starved_or_favoured_is_seen() {
        for lanes in [&[0; 7][..], &[1, 1, 1], &[0, 1, 1, 0, 0, 1, 1], &[2]] {
            let found = count(lanes).unwrap_err();
            assert_eq!(found.invariant, Invariant::Lane1, "{lanes:?}");
        }
    }

    #[test]
    fn a_lane_that_had_nobody_is_owed_nothing() {
        let mut log = LaneLog { shares: SHARES.into(), ..LaneLog::default() };
        let alone = [Lane::NORMAL].into();
        for _ in 0..100 {
            log.count(Lane::NORMAL, &alone).unwrap();
        }
        assert_eq!(log.n_compared(), 0);
    }
}
