//! All waiting numbers of a room, and its counts.

use crate::{Queue, QueueError};
use shared::{
    ids::DropId,
    messages::EventPoint,
    tickets::{Epoch, Lane, Score},
};

/// The waiting numbers of a room.
///
/// Read in chunks while the line moves: replay the events behind `point` on it, each of which
/// may be in it already, and it is exact.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The last event before the first chunk was read.
    pub point: EventPoint,
    /// One for each lane.
    pub lanes: Vec<LaneScores>,
}

/// The waiting numbers of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneScores {
    /// The lane.
    pub lane: Lane,
    /// The numbers, in order.
    pub scores: Vec<Score>,
}

/// How many tickets are where, in one instant.
///
/// QUEUE-2: joined = waiting + missed + occupied + left + closed + ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomCounts {
    /// Number of the room's last event.
    pub evn: u64,
    /// In line.
    pub waiting: u64,
    /// Absent near the front.
    pub missed: u64,
    /// Let in, without a row in Postgres. Also part of `occupied`.
    pub in_flight: u64,
    /// Admitted and not finished.
    pub occupied: u64,
    /// All tickets that the room knows of.
    pub joined: u64,
    /// Went away.
    pub left: u64,
    /// Closed before their turn.
    pub closed: u64,
    /// Their orders are over.
    pub ordered: u64,
}

impl Queue {
    /// Reads all waiting numbers.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn snapshot(&self, drop_id: DropId, epoch: Epoch) -> Result<Snapshot, QueueError> {
        todo!()
    }

    /// Counts the tickets of a room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn counts(&self, drop_id: DropId, epoch: Epoch) -> Result<RoomCounts, QueueError> {
        todo!()
    }
}
