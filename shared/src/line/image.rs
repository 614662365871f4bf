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
    /// The number behind which those of the epoch begin; 0, unless they go on from the one before.
    pub last_number: u64,
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
    /// Has numbers go on behind the highest that is known, and behind `least`.
    #[must_use]
    pub fn with_numbers_after(mut self, least: u64) -> Self {
        let of_live = self.live().map(|ticket| ticket.score.number());
        let of_ended = self.ended.values().filter_map(|bytes| last_ended(bytes));
        self.last_number = of_live.chain(of_ended).fold(least, u64::max);
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

/// Returns the highest number whose bits say that its ticket is over.
fn last_ended(bytes: &[u8]) -> Option<u64> {
    let at = bytes.iter().rposition(|byte| *byte != 0)?;
    // The last of a byte's numbers is in its lowest bits.
    let behind = u64::from(bytes[at].trailing_zeros() / 2);
    Some(at as u64 * PER_BYTE + PER_BYTE - 1 - behind)
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
    use crate::{
        ids::ShopperId,
        line::{Intent, Lane},
    };

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

    #[test]
    fn numbers_go_on_behind_the_highest_of_all_epochs() {
        let after = |image: &LineImage, least| image.clone().with_numbers_after(least).last_number;
        let mut image = LineImage::default();
        assert_eq!((after(&image, 0), after(&image, 7)), (0, 7));
        for number in 1..=9 {
            set_ended_code(&mut image.ended, Score::new(Epoch(1), number), 3);
            assert_eq!(after(&image, 0), number);
        }
        // A live ticket has no bits.
        set_ended_code(&mut image.ended, Score::new(Epoch(1), 9), 0);
        assert_eq!(after(&image, 0), 8);
        image.waiting.push(JoinedTicket {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane(0),
            score: Score::new(Epoch(2), 12),
            intent: Intent { variant_id: VariantId::generate(), units: 1 },
            joined_at_ms: 5,
        });
        assert_eq!((after(&image, 11), after(&image, 13)), (12, 13));
    }
}
