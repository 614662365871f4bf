//! Whose turn it is in a line with several lanes.
//!
//! The operations on floats follow ADMIT, since what it keeps is compared to the last bit.

use shared::line::Lane;
use std::collections::BTreeMap;

/// How far lanes have got, in a time of their own: a ticket of a lane with a share of `s` percent
/// takes `100 / s` of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaneTurns {
    /// When the last ticket began.
    pub reached: f64,
    /// When the last ticket of each lane was over.
    pub ahead: BTreeMap<Lane, f64>,
}

impl LaneTurns {
    /// Returns the one of these lanes that may begin first.
    pub(super) fn first_of(&self, lanes: &[Lane]) -> Option<Lane> {
        lanes.iter().copied().min_by(|one, other| {
            self.begins(*one).total_cmp(&self.begins(*other)).then(one.cmp(other))
        })
    }

    /// Counts a ticket of a lane with a share.
    pub(super) fn count(&mut self, lane: Lane, percent: u8) {
        self.reached = self.begins(lane);
        self.ahead.insert(lane, self.reached + 100.0 / f64::from(percent));
    }

    fn begins(&self, lane: Lane) -> f64 {
        match self.ahead.get(&lane) {
            Some(ahead) if *ahead > self.reached => *ahead,
            _ => self.reached,
        }
    }
}
