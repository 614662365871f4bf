//! What a rebuilt line begins with.

use super::{Epoch, InFlightTicket, JoinedTicket, Lane, Score};
use crate::{
    drops::CloseReason,
    ids::{TicketId, VariantId},
};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers whose bits share a byte.
const PER_BYTE: u64 = 4;

/// All that is known of a line's tickets, as [`LineFold`](super::LineFold) has found it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineImage {
    /// Those in line, by score.
    pub waiting: Vec<JoinedTicket>,
    /// Those absent near the front, by score.
    pub missed: Vec<JoinedTicket>,
    /// Those whose orders are in progress, by score.
    pub held: Vec<JoinedTicket>,
    /// Those whose commands have no row yet, by score.
    pub in_flight: Vec<InFlightTicket>,
    /// How numbers ended, two bits each, as `fin:<epoch>` holds them.
    pub ended: BTreeMap<Epoch, Vec<u8>>,
    /// Why tickets were closed, those closed for the room's own reason included.
    pub why: Vec<(TicketId, CloseReason)>,
    /// How many tickets there are, and how many of them ended in which way.
    pub counts: EndedCounts,
}

/// How many tickets are known, and how those that are over ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndedCounts {
    /// All tickets, live ones included.
    pub joined: u64,
    /// Left by their shoppers.
    pub left: u64,
    /// Closed before their turn.
    pub closed: u64,
    /// Past an order that is over.
    pub ordered: u64,
}

impl LineImage {
    /// Leaves out of `why` the reason that the room itself gives for those who are closed.
    #[must_use]
    pub fn without_reason(mut self, own: Option<CloseReason>) -> Self {
        self.why.retain(|(_, reason)| Some(*reason) != own);
        self
    }

    /// Returns the variants that its live tickets want.
    #[must_use]
    pub fn variants(&self) -> BTreeSet<VariantId> {
        self.live().map(|ticket| ticket.intent.variant_id).collect()
    }

    /// Returns the lanes beside the normal one in which its live tickets stand.
    #[must_use]
    pub fn lanes(&self) -> BTreeSet<Lane> {
        self.live().map(|ticket| ticket.lane).filter(|lane| *lane != Lane::NORMAL).collect()
    }

    fn live(&self) -> impl Iterator<Item = &JoinedTicket> {
        let in_flight = self.in_flight.iter().map(|one| &one.ticket);
        let in_line = self.waiting.iter().chain(&self.missed);
        in_line.chain(&self.held).chain(in_flight)
    }
}

/// Returns the two bits of a score: 0 while its ticket is live.
pub(super) fn ended_code(ended: &BTreeMap<Epoch, Vec<u8>>, score: Score) -> u8 {
    let (at, shift) = place(score);
    let byte = ended.get(&score.epoch()).and_then(|bytes| bytes.get(at));
    byte.map_or(0, |byte| (byte >> shift) & 3)
}

/// Sets the two bits of a score.
pub(super) fn set_ended_code(ended: &mut BTreeMap<Epoch, Vec<u8>>, score: Score, code: u8) {
    let (at, shift) = place(score);
    let bytes = ended.entry(score.epoch()).or_default();
    if bytes.len() <= at {
        bytes.resize(at + 1, 0);
    }
    bytes[at] = (bytes[at] & !(3 << shift)) | ((code & 3) << shift);
}

/// Where Redis has the bits: the first of a byte's numbers is in its highest bits.
const fn place(score: Score) -> (usize, u32) {
    let number = score.number();
    ((number / PER_BYTE) as usize, 6 - 2 * (number % PER_BYTE) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_two_bits_of_its_own() {
        let mut ended = BTreeMap::new();
        for number in 1..=9 {
            set_ended_code(&mut ended, Score::new(Epoch(2), number), (number % 4) as u8);
        }
        for number in 1..=9 {
            let score = Score::new(Epoch(2), number);
            assert_eq!(ended_code(&ended, score), (number % 4) as u8, "{number}");
        }
        assert_eq!(ended[&Epoch(2)], [0b0001_1011, 0b0001_1011, 0b0001_0000]);
        assert_eq!(ended_code(&ended, Score::new(Epoch(1), 1)), 0);
        assert_eq!(ended_code(&ended, Score::new(Epoch(2), 1_000)), 0);
    }
}
