//! Who waits in each line of a room: queue numbers with their ranks.
//!
//! Those who want the same variant in the same lane are one line, with positions of its own.

use super::{ranked_bitmap::RankedBitmap, shares::LineKey};
use shared::line::{Epoch, Lane, Score};
use std::collections::BTreeMap;

/// Those who wait for one variant in one lane, by the epoch in which they joined.
type Line = BTreeMap<Epoch, RankedBitmap>;

/// The lines of a room.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitingLines(BTreeMap<LineKey, Line>);

impl WaitingLines {
    /// Puts a waiting ticket in; one that is there already stays.
    pub(super) fn insert(&mut self, key: LineKey, score: Score) {
        let line = self.0.entry(key).or_default();
        line.entry(score.epoch()).or_default().insert(score.number());
    }

    /// Takes a ticket out. Events do not say which variant it wants, so it is looked for in every
    /// line of the lane; numbers are unique in an epoch, so it is in one of them at most, which is
    /// returned.
    pub(super) fn remove(&mut self, lane: Lane, score: Score) -> Option<LineKey> {
        for (key, line) in &mut self.0 {
            let numbers = line.get_mut(&score.epoch()).filter(|_| key.0 == lane);
            if numbers.is_some_and(|numbers| numbers.remove(score.number())) {
                return Some(*key);
            }
        }
        None
    }

    /// How many lines there are; one stays when nobody is left in it.
    pub(super) fn n_lines(&self) -> usize {
        self.0.len()
    }

    /// How many wait in each line.
    pub(super) fn lengths(&self) -> Vec<(LineKey, u64)> {
        self.0.iter().map(|(key, line)| (*key, n_waiting(line))).collect()
    }

    /// How many wait in a line.
    pub(super) fn waiting_in(&self, key: LineKey) -> u64 {
        self.0.get(&key).map_or(0, n_waiting)
    }

    /// How many wait in all lines.
    pub(super) fn waiting(&self) -> u64 {
        self.0.values().map(n_waiting).sum()
    }

    /// People ahead of a ticket in its line + 1; `None` when it does not wait there.
    pub(super) fn position_of(&self, key: LineKey, score: Score) -> Option<u64> {
        let line = self.0.get(&key)?;
        let own = line.get(&score.epoch())?;
        if !own.contains(score.number()) {
            return None;
        }
        let earlier: u64 = line.range(..score.epoch()).map(|(_, numbers)| numbers.len()).sum();
        Some(earlier + own.rank(score.number()) + 1)
    }
}

fn n_waiting(line: &Line) -> u64 {
    line.values().map(RankedBitmap::len).sum()
}
