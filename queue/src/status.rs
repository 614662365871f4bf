//! Where a ticket stands.

use crate::{Queue, QueueError, script::LineScript, wire::Reader};
use shared::{
    drops::CloseReason,
    ids::{DropId, ShopperId, TicketId},
    messages::JoinedTicket,
    tickets::{Epoch, Lane, Score},
};

static STATUS: LineScript = LineScript::open("status", include_str!("../lua/status.lua"));
static FIND: LineScript = LineScript::open("find by account", include_str!("../lua/find.lua"));
static PLACE: LineScript = LineScript::open("place", include_str!("../lua/place.lua"));

/// Where a live ticket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketPlace {
    /// In line.
    Waiting,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order goes on.
    Occupied,
}

/// What Redis knows of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketStatus {
    /// In line.
    Waiting,
    /// Was absent near the front.
    Missed,
    /// Let in; Postgres has no row yet.
    InFlight {
        /// Whether Kafka has its command, so that the shopper may be told.
        extended: bool,
    },
    /// Its order goes on.
    Held,
    /// Its order is over.
    Finished,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Went away by its own will.
    Left,
    /// Redis does not know it; a valid one can be attached.
    Unknown,
}

/// A ticket's place in its lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// People ahead + 1.
    pub place: u64,
    /// People of the lane who wait.
    pub waiting: u64,
    /// Number of the room's last event.
    pub evn: u64,
}

impl Queue {
    /// Tells where tickets stand, in their order.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn status(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[(TicketId, Score)],
    ) -> Result<Vec<TicketStatus>, QueueError> {
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
    ) -> Result<Option<(JoinedTicket, TicketPlace)>, QueueError> {
        let args = [epoch.to_string(), shopper_id.to_string()];
        let reply: Option<String> = self.run(&FIND, drop_id, &args).await?;
        let Some(text) = reply else { return Ok(None) };
        let read = Reader(FIND.operation);
        let (word, row) = text.split_once('|').ok_or_else(|| read.wrong(&text))?;
        let place = Reader::place(word).ok_or_else(|| read.wrong(&text))?;
        Ok(Some((read.ticket(row)?, place)))
    }

    /// Counts who stands ahead. For tests and tools; instances keep a replica instead.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn place(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lane: Lane,
        score: Score,
    ) -> Result<Place, QueueError> {
        let args = [epoch.to_string(), lane.0.to_string(), score.raw().to_string()];
        let (ahead, waiting, evn): (u64, u64, u64) = self.run(&PLACE, drop_id, &args).await?;
        Ok(Place { place: ahead + 1, waiting, evn })
    }
}
