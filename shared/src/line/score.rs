//! Where a ticket stands in the order of its lane.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Bits of a [`Score`] that hold the queue number.
const NUMBER_BITS: u32 = 40;

/// A generation of a drop's state in Redis; raised by each rebuild.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u32);

impl Epoch {
    /// Epochs stay below this, so that a score fits the 53 bits of a Redis double.
    pub const LIMIT: u32 = 1 << 13;

    /// Returns the next generation.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A ticket's rank in the order of its lane: epoch first, then the queue number given at join.
///
/// Written as `epoch · 2^40 + number`, so that a ticket that joins after a rebuild
/// stands behind all from before it, without the lost counter being known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u64);

impl Score {
    /// The greatest queue number.
    pub const MAX_NUMBER: u64 = (1 << NUMBER_BITS) - 1;

    /// Combines an epoch and a queue number.
    #[must_use]
    pub const fn new(epoch: Epoch, number: u64) -> Self {
        Self(((epoch.0 as u64) << NUMBER_BITS) | (number & Self::MAX_NUMBER))
    }

    /// Reads a score from Redis or the wire; `None` if no ticket can have it.
    #[must_use]
    pub const fn from_raw(raw: u64) -> Option<Self> {
        let score = Self(raw);
        if score.epoch().0 >= Epoch::LIMIT || score.number() == 0 { None } else { Some(score) }
    }

    /// Returns the number as Redis holds it.
    #[must_use]
    pub const fn raw(self) -> u64 {
        self.0
    }

    /// Returns the epoch in which the ticket joined.
    #[must_use]
    pub const fn epoch(self) -> Epoch {
        Epoch((self.0 >> NUMBER_BITS) as u32)
    }

    /// Returns the queue number: from 1, dense within its epoch. In a room that lets in by number it goes
    /// on from the epoch before.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0 & Self::MAX_NUMBER
    }
}

/// A lane of a waiting room; each keeps its own order. The normal one is 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Lane(pub u8);

impl Lane {
    /// The lane that every room has.
    pub const NORMAL: Self = Self(0);
    /// A room has so many lanes at most, numbered from the normal one on.
    pub const COUNT: u8 = 4;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newcomer_of_a_later_epoch_stands_behind_everybody() {
        assert!(Score::new(Epoch(2), 1) > Score::new(Epoch(1), Score::MAX_NUMBER));
    }

    #[test]
    fn a_score_gives_back_its_parts() {
        let score = Score::new(Epoch(7), 123);
        assert_eq!((score.epoch(), score.number()), (Epoch(7), 123));
        assert_eq!(Score::from_raw(score.raw()), Some(score));
        assert_eq!(Score::from_raw(0), None);
    }
}
