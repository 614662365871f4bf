//! Where a ticket is.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::{DropId, ShopperId, VariantId},
    line::{Epoch, JoinedTicket, Lane, LineState, LiveState, Position, Score, TicketKey},
};

static STATUS: LineScript = LineScript::open("status", include_str!("../lua/status.lua"));
static FIND: LineScript = LineScript::open("find by account", include_str!("../lua/find.lua"));
static POSITION: LineScript = LineScript::open("position", include_str!("../lua/position.lua"));

/// Tickets of one call: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

impl Queue {
    /// Returns where tickets are, in the order given.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn status(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[TicketKey],
    ) -> Result<Vec<LineState>, QueueError> {
        let read = Reader(STATUS.operation);
        let mut states = Vec::with_capacity(tickets.len());
        for chunk in tickets.chunks(CHUNK) {
            let mut args = Args::none();
            for ticket in chunk {
                args.push_key(ticket);
            }
            let reply: Vec<String> = self.run(&STATUS, drop_id, epoch, &args).await?;
            for text in &reply {
                states.push(read.status(text)?);
            }
        }
        Ok(states)
    }

    /// Finds the live ticket of a shopper.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn find_by_account(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        shopper_id: ShopperId,
    ) -> Result<Option<(JoinedTicket, LiveState)>, QueueError> {
        let args = Args::none().bytes(*shopper_id.as_bytes());
        let found: Option<(String, Vec<u8>)> = self.run(&FIND, drop_id, epoch, &args).await?;
        let Some((word, record)) = found else { return Ok(None) };
        let read = Reader(FIND.operation);
        let state = Reader::live_state(&word).ok_or_else(|| read.wrong(&word))?;
        Ok(Some((read.ticket(shopper_id, &record)?, state)))
    }

    /// Counts those ahead of a ticket. For tests and tools; instances keep a replica instead.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn position(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lane: Lane,
        variant_id: VariantId,
        score: Score,
    ) -> Result<Position, QueueError> {
        let args = Args::none().bytes(args::line(lane, variant_id)).text(score.raw());
        let (ahead, waiting, evn): (u64, u64, u64) =
            self.run(&POSITION, drop_id, epoch, &args).await?;
        Ok(Position { position: ahead + 1, waiting, evn })
    }
}
