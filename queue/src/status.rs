//! Where a ticket is.

use crate::{Queue, QueueError, script::LineScript, wire::Reader};
use shared::{
    ids::{DropId, ShopperId, TicketId},
    line::{Epoch, JoinedTicket, Lane, LineState, LiveState, Position, Score},
};

static STATUS: LineScript = LineScript::open("status", include_str!("../lua/status.lua"));
static FIND: LineScript = LineScript::open("find by account", include_str!("../lua/find.lua"));
static POSITION: LineScript = LineScript::open("position", include_str!("../lua/position.lua"));

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
        tickets: &[(TicketId, Score)],
    ) -> Result<Vec<LineState>, QueueError> {
        let mut args = vec![epoch.to_string()];
        let pairs = tickets.iter();
        args.extend(pairs.flat_map(|(id, score)| [id.to_string(), score.raw().to_string()]));
        let reply: Vec<String> = self.run(&STATUS, drop_id, args).await?;
        reply.iter().map(|text| Reader(STATUS.operation).status(text)).collect()
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
        let args = [epoch.to_string(), shopper_id.to_string()];
        let reply: Option<String> = self.run(&FIND, drop_id, &args).await?;
        let Some(text) = reply else { return Ok(None) };
        let read = Reader(FIND.operation);
        let (word, row) = text.split_once('|').ok_or_else(|| read.wrong(&text))?;
        let state = Reader::live_state(word).ok_or_else(|| read.wrong(&text))?;
        Ok(Some((read.ticket(row)?, state)))
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
        score: Score,
    ) -> Result<Position, QueueError> {
        let args = [epoch.to_string(), lane.0.to_string(), score.raw().to_string()];
        let (ahead, waiting, evn): (u64, u64, u64) = self.run(&POSITION, drop_id, &args).await?;
        Ok(Position { position: ahead + 1, waiting, evn })
    }
}
