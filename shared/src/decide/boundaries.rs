//! Which order commands the rebuilds of a line left out.

use crate::line::Epoch;
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

/// An offset in the drop's partition of `order-commands`; those of a later log are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Boundary {
    /// Generation of the log; raised when another log took its place.
    pub generation: i64,
    /// Offset within the partition.
    pub offset: i64,
}

/// The boundaries of a drop's rebuilds, by the epoch that each of them began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundaries(BTreeMap<Epoch, Boundary>);

impl Boundaries {
    /// Whether a command of `epoch` came too late: a newer line was built without it.
    #[must_use]
    pub fn leave_out(&self, epoch: Epoch, at: Boundary) -> bool {
        self.0.range((Excluded(epoch), Unbounded)).any(|(_, boundary)| at >= *boundary)
    }
}

impl Extend<(Epoch, Boundary)> for Boundaries {
    fn extend<I: IntoIterator<Item = (Epoch, Boundary)>>(&mut self, boundaries: I) {
        self.0.extend(boundaries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(generation: i64, offset: i64) -> Boundary {
        Boundary { generation, offset }
    }

    #[test]
    fn a_command_of_an_older_epoch_counts_before_every_later_boundary_alone() {
        let mut boundaries = Boundaries::default();
        boundaries.extend([(Epoch(2), at(1, 40)), (Epoch(3), at(1, 50))]);
        assert!(!boundaries.leave_out(Epoch(1), at(1, 39)));
        assert!(boundaries.leave_out(Epoch(1), at(1, 40)));
        assert!(!boundaries.leave_out(Epoch(2), at(1, 49)));
        assert!(boundaries.leave_out(Epoch(2), at(1, 50)));
        assert!(!boundaries.leave_out(Epoch(3), at(1, 50)));
    }

    #[test]
    fn another_log_lies_behind_the_boundary() {
        let mut boundaries = Boundaries::default();
        boundaries.extend([(Epoch(2), at(1, 40))]);
        assert!(boundaries.leave_out(Epoch(1), at(2, 0)));
    }
}
