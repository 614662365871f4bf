//! All waiting numbers of a room, and its counts.

use crate::{LANES, Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    messages::EventPoint,
    tickets::{Epoch, Lane, Score},
};

static SNAPSHOT: LineScript = LineScript::open("snapshot", include_str!("../lua/snapshot.lua"));
static COUNTS: LineScript = LineScript::open("counts", include_str!("../lua/counts.lua"));

/// Numbers of one chunk: few enough that nobody else has to wait long.
const CHUNK: usize = 5000;

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
        let mut first_evn = None;
        let mut lanes = Vec::with_capacity(LANES.len());
        for lane in LANES {
            let mut scores: Vec<Score> = Vec::new();
            loop {
                let after = scores.last().map_or(0, |score| score.raw());
                let (evn, chunk) = self.chunk(drop_id, epoch, lane, after).await?;
                first_evn.get_or_insert(evn);
                let is_last = chunk.len() < CHUNK;
                scores.extend(chunk);
                if is_last {
                    break;
                }
            }
            lanes.push(LaneScores { lane, scores });
        }
        let evn = first_evn.unwrap_or_default();
        Ok(Snapshot { point: EventPoint { epoch, evn }, lanes })
    }

    async fn chunk(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lane: Lane,
        after: u64,
    ) -> Result<(u64, Vec<Score>), QueueError> {
        let args = [epoch.to_string(), lane.0.to_string(), after.to_string(), CHUNK.to_string()];
        let reply: Vec<u64> = self.run(&SNAPSHOT, drop_id, &args).await?;
        let read = Reader(SNAPSHOT.operation);
        let (evn, scores) = reply.split_first().ok_or_else(|| read.wrong("no reply"))?;
        let scores = scores.iter().map(|raw| read.score(*raw)).collect::<Result<_, _>>()?;
        Ok((*evn, scores))
    }

    /// Counts the tickets of a room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn counts(&self, drop_id: DropId, epoch: Epoch) -> Result<RoomCounts, QueueError> {
        let args = [epoch.to_string(), lane_names()];
        let reply: Vec<u64> = self.run(&COUNTS, drop_id, &args).await?;
        let [evn, waiting, missed, in_flight, occupied, joined, left, closed, ordered] =
            reply.as_slice()
        else {
            return Err(Reader(COUNTS.operation).wrong("a short reply"));
        };
        Ok(RoomCounts {
            evn: *evn,
            waiting: *waiting,
            missed: *missed,
            in_flight: *in_flight,
            occupied: *occupied,
            joined: *joined,
            left: *left,
            closed: *closed,
            ordered: *ordered,
        })
    }
}
