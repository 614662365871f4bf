//! Who is looked at after how many departures. Far from the front, a position is worth telling once
//! a good part of those ahead have left; before so many have left the line at all, nobody need look.
//!
//! Departures are counted as joins minus those who wait, up to a constant: events do not say which
//! variant somebody wanted who left, but the replica knows how many wait for it. A join that is
//! counted twice makes a look come early, never late.

use super::seats::SeatId;
use crate::room::{LineKey, Replica};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// Notes beyond four for each seat, and this many, are of seats that have others by now.
const SPARE_NOTES: usize = 64;

/// The lines that somebody listens to.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<LineKey, Line>);

#[derive(Default)]
struct Line {
    n_joined: i64,
    /// Seats by the departures that they await, fewest first.
    awaiting: BinaryHeap<Reverse<(i64, SeatId)>>,
}

impl Lines {
    /// Somebody joined, or came back to, a line. Called no earlier than the replica knows.
    pub(super) fn joined(&mut self, key: LineKey) {
        if let Some(line) = self.0.get_mut(&key) {
            line.n_joined += 1;
        }
    }

    /// The count of departures at which so many more will have left than now.
    pub(super) fn after(&self, key: LineKey, departures: u64, replica: &Replica) -> i64 {
        let n_joined = self.0.get(&key).map_or(0, |line| line.n_joined);
        departed(n_joined, key, replica).saturating_add_unsigned(departures)
    }

    /// Notes a seat for a count of departures.
    pub(super) fn note(&mut self, key: LineKey, at: i64, id: SeatId) {
        self.0.entry(key).or_default().awaiting.push(Reverse((at, id)));
    }

    /// Takes out the seats whose departures have happened.
    pub(super) fn advance(&mut self, replica: &Replica, mut found: impl FnMut(i64, SeatId)) {
        for (key, line) in &mut self.0 {
            let departed = departed(line.n_joined, *key, replica);
            while let Some(Reverse((at, id))) = line.awaiting.peek().copied()
                && at <= departed
            {
                line.awaiting.pop();
                found(at, id);
            }
        }
    }

    /// Forgets notes that do not count any more, if there are many.
    pub(super) fn tidy(&mut self, n_seats: usize, mut counts: impl FnMut(i64, SeatId) -> bool) {
        for line in self.0.values_mut() {
            if line.awaiting.len() > 4 * n_seats + SPARE_NOTES {
                line.awaiting.retain(|Reverse((at, id))| counts(*at, *id));
            }
        }
    }

    /// Forgets all notes: the replica was replaced, and counts do not go on.
    pub(super) fn clear(&mut self) {
        self.0.values_mut().for_each(|line| line.awaiting.clear());
    }
}

fn departed(n_joined: i64, (lane, variant_id): LineKey, replica: &Replica) -> i64 {
    n_joined.saturating_sub_unsigned(replica.waiting_in(lane, variant_id))
}
