//! Who waits, for a log that has lost its beginning.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::DropId,
    line::{Epoch, JoinedTicket, Score},
};

static ANNOUNCE: LineScript = LineScript::open("announce", include_str!("../lua/announce.lua"));
static SURVIVORS: LineScript =
    LineScript::rebuilding("survivors in line", include_str!("../lua/survivors.lua"));

/// Tickets of one event.
const OF_EVENT: u32 = 256;

/// Tickets of one chunk: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

impl Queue {
    /// Announces everybody who waits, at their own score, as if they had just come back, and everybody
    /// who is absent. Those who join meanwhile may be announced twice.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn announce(&self, drop_id: DropId, epoch: Epoch) -> Result<(), QueueError> {
        let lines = self.look_up_lines(drop_id).await?;
        for (lane, variant_id) in lines.all() {
            for which in ["w", "missed"] {
                let line = Args::none().bytes(args::line(lane, variant_id)).text(which);
                let mut after = Some(0_u64);
                while let Some(score) = after {
                    let args = line.clone().text(score).text(OF_EVENT);
                    after = self.run(&ANNOUNCE, drop_id, epoch, &args).await?;
                }
            }
        }
        Ok(())
    }

    /// Returns those who still stand in line in Redis, or are absent near its front, while the room
    /// is rebuilt; to be read before [`load`](Self::load) replaces them.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn survivors_in_line(
        &self,
        drop_id: DropId,
        epoch: Epoch,
    ) -> Result<Vec<JoinedTicket>, QueueError> {
        let lines = self.look_up_lines(drop_id).await?;
        let mut all = Vec::new();
        for (lane, variant_id) in lines.all() {
            for which in ["w", "missed"] {
                let line = Args::none().bytes(args::line(lane, variant_id)).text(which);
                self.read_line(drop_id, epoch, &line, &mut all).await?;
            }
        }
        Ok(all)
    }

    async fn read_line(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        line: &Args,
        all: &mut Vec<JoinedTicket>,
    ) -> Result<(), QueueError> {
        let mut last: Option<Score> = None;
        loop {
            let args = line.clone().text(args::after(last)).text(CHUNK);
            let rows: Vec<u8> = self.run(&SURVIVORS, drop_id, epoch, &args).await?;
            let chunk = Reader(SURVIVORS.operation).rows(&rows)?;
            last = chunk.last().map(|ticket| ticket.score);
            all.extend(chunk);
            if last.is_none() {
                return Ok(());
            }
        }
    }
}
