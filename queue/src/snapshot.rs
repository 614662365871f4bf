//! All waiting numbers of a room, and its counts.

use crate::{LANES, Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{Epoch, EventPoint, Lane, RoomCounts, Score},
};

static SNAPSHOT: LineScript = LineScript::open("snapshot", include_str!("../lua/snapshot.lua"));
static COUNTS: LineScript = LineScript::open("counts", include_str!("../lua/counts.lua"));

/// Numbers of one chunk: few enough that nobody else has to wait long.
const CHUNK: usize = 5000;

/// The waiting numbers of a room.
///
/// Read in chunks while the line moves. Replaying the events behind `point` makes it exact; any of
/// them may be in it already.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The last event before the first chunk was read.
    pub point: EventPoint,
    /// One per lane, the first served first.
    pub lanes: Vec<LaneScores>,
}

/// The waiting numbers of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneScores {
    /// The lane they wait in.
    pub lane: Lane,
    /// The numbers with their epochs, in order.
    pub scores: Vec<Score>,
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
