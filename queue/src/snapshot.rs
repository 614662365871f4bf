//! All waiting numbers of a room, and its counts.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::{DropId, VariantId},
    line::{Epoch, EventPoint, Lane, RoomCounts, Score},
};

static SNAPSHOT: LineScript = LineScript::open("snapshot", include_str!("../lua/snapshot.lua"));
static COUNTS: LineScript = LineScript::open("counts", include_str!("../lua/counts.lua"));

/// Numbers of one chunk: few enough that nobody else has to wait long.
const CHUNK: usize = 1000;

/// The waiting numbers of a room.
///
/// Read in chunks while the line moves. Replaying the events behind `point` makes it exact; any of
/// them may be in it already.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The last event before the first chunk was read.
    pub point: EventPoint,
    /// One per lane and variant, those of the normal lane first.
    pub lines: Vec<LineScores>,
}

/// The waiting numbers of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineScores {
    /// The lane they wait in.
    pub lane: Lane,
    /// The variant they want.
    pub variant_id: VariantId,
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
        // First, so that nothing which happens before the first chunk is missed, in a room without
        // lines as well; it also brings the lines up to date.
        let evn = self.counts(drop_id, epoch).await?.evn;
        let known = self.lines(drop_id).await?;
        let mut lines = Vec::new();
        for (lane, variant_id) in known.all() {
            let scores = self.scores(drop_id, epoch, args::line(lane, variant_id)).await?;
            lines.push(LineScores { lane, variant_id, scores });
        }
        Ok(Snapshot { point: EventPoint { epoch, evn }, lines })
    }

    async fn scores(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        line: [u8; 17],
    ) -> Result<Vec<Score>, QueueError> {
        let read = Reader(SNAPSHOT.operation);
        let mut scores: Vec<Score> = Vec::new();
        loop {
            let after = args::after(scores.last().copied());
            let args = Args::none().bytes(line).text(after).text(CHUNK);
            let packed: Vec<u8> = self.run(&SNAPSHOT, drop_id, epoch, &args).await?;
            let chunk = read.packed_scores(&packed)?;
            let is_last = chunk.len() < CHUNK;
            scores.extend(chunk);
            if is_last {
                return Ok(scores);
            }
        }
    }

    /// Counts the tickets of a room.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn counts(&self, drop_id: DropId, epoch: Epoch) -> Result<RoomCounts, QueueError> {
        let reply: Vec<u64> = self.run(&COUNTS, drop_id, epoch, &Args::none()).await?;
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
