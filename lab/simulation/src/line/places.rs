//! Who stands where, how much is taken, and how lanes share.

use super::{LineModel, ModelState, ModelTicket};
use shared::{
    ids::VariantId,
    line::{JoinedTicket, Lane, Position, Score},
};
use std::collections::BTreeMap;

/// The scores of those who wait, in order, by lane and variant.
pub(super) struct Places {
    lines: BTreeMap<(Lane, VariantId), Vec<Score>>,
    evn: u64,
}

impl Places {
    /// Returns the position of a ticket that waits.
    pub(super) fn of(&self, ticket: &JoinedTicket) -> Option<Position> {
        let line = self.lines.get(&(ticket.lane, ticket.intent.variant_id))?;
        let ahead = line.binary_search(&ticket.score).ok()?;
        Some(Position { position: ahead as u64 + 1, waiting: line.len() as u64, evn: self.evn })
    }
}

impl LineModel {
    pub(super) fn places(&self) -> Places {
        let mut lines = BTreeMap::<_, Vec<_>>::new();
        for ticket in self.waiting() {
            lines.entry((ticket.lane, ticket.intent.variant_id)).or_default().push(ticket.score);
        }
        Places { lines, evn: self.room().evn }
    }

    /// Returns those who wait, in order, by lane and variant; lines without anybody are left out.
    #[must_use]
    pub fn lines(&self) -> BTreeMap<(Lane, VariantId), Vec<JoinedTicket>> {
        let mut lines = BTreeMap::<_, Vec<_>>::new();
        for ticket in self.waiting() {
            lines.entry((ticket.lane, ticket.intent.variant_id)).or_default().push(ticket);
        }
        lines
    }

    /// Returns those who wait, by lane, and within each in the order in which they may be let in.
    #[must_use]
    pub fn waiting(&self) -> Vec<JoinedTicket> {
        self.in_order(ModelState::Waiting)
    }

    /// Returns those who are absent, in the same order.
    #[must_use]
    pub fn missed(&self) -> Vec<JoinedTicket> {
        self.in_order(ModelState::Missed)
    }

    fn in_order(&self, state: ModelState) -> Vec<JoinedTicket> {
        let there = self.tickets.values().filter(|ticket| ticket.state == state);
        let mut tickets: Vec<_> = there.filter_map(|ticket| ticket.joined).collect();
        tickets.sort_unstable_by_key(|ticket| (ticket.lane, ticket.score));
        tickets
    }

    pub(super) fn n_waiting(&self) -> usize {
        self.tickets.values().filter(|ticket| ticket.state == ModelState::Waiting).count()
    }

    /// Counts the admitted and unfinished tickets.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.tickets.values().filter(|ticket| !ticket.state.is_in_line()).count()
    }

    /// Returns the units of a variant that are in flight.
    #[must_use]
    pub fn in_flight(&self, variant_id: VariantId) -> i64 {
        let flies = |ticket: &&ModelTicket| matches!(ticket.state, ModelState::InFlight { .. });
        let intents =
            self.tickets.values().filter(flies).filter_map(|ticket| Some(ticket.joined?.intent));
        intents
            .filter(|intent| intent.variant_id == variant_id)
            .map(|one| i64::from(one.units))
            .sum()
    }

    /// Returns the units of a variant that the next ticket may take: any number in a room without
    /// stock.
    #[must_use]
    pub fn free(&self, variant_id: VariantId) -> i64 {
        if !self.has_stock() {
            return i64::MAX;
        }
        let available = self.stock.get(&variant_id).map_or(0, |stock| i64::from(stock.available));
        available - self.in_flight(variant_id)
    }

    /// Returns the share of each lane that has lines, in percent.
    #[must_use]
    pub fn shares(&self) -> BTreeMap<Lane, u8> {
        let beside = &self.config().lanes;
        let taken: u8 = beside.iter().map(|one| one.percent).sum();
        let mut shares: BTreeMap<_, _> = self.lanes.iter().map(|lane| (*lane, 0)).collect();
        shares.insert(Lane::NORMAL, 100 - taken);
        shares.extend(beside.iter().map(|one| (one.lane, one.percent)));
        shares
    }
}
