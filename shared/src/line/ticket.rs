//! What is known of a ticket at each step of its way through the line.

use super::{Lane, Score};
use crate::{
    drops::CloseReason,
    ids::{ShopperId, TicketId, VariantId},
};
use serde::{Deserialize, Serialize};

/// What a shopper wants, fixed at join; where the drop's fulfilment is `checkout`, the units are as many
/// as a ticket may have, or as are left when it is let in, and the shopper chooses fewer once they are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The variant to buy.
    pub variant_id: VariantId,
    /// How many to buy, from 1 to the drop's limit per ticket.
    pub units: u32,
}

/// A ticket as it joined: enough to put it back in line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinedTicket {
    /// Also the id of the order that it may become.
    pub ticket_id: TicketId,
    /// The account it belongs to.
    pub shopper_id: ShopperId,
    /// The lane it joined; never changes.
    pub lane: Lane,
    /// Its rank in the lane; never changes.
    pub score: Score,
    /// The variant and units its shopper wants.
    pub intent: Intent,
    /// When it joined, in milliseconds of Redis time.
    pub joined_at_ms: i64,
}

/// What finds a ticket in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketKey {
    /// Also the id of the order that it may become.
    pub ticket_id: TicketId,
    /// The account it belongs to.
    pub shopper_id: ShopperId,
    /// Its rank in its lane.
    pub score: Score,
}

/// What names a ticket that is known already, and its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketScore {
    /// Also the id of the order that it may become.
    pub ticket_id: TicketId,
    /// The lane it stands in.
    pub lane: Lane,
    /// Its rank in the lane.
    pub score: Score,
}

/// A ticket that was let in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdmittedTicket {
    /// The ticket as it joined, with the units that it was let in for.
    pub ticket: JoinedTicket,
    /// When it was let in, in microseconds of Redis time.
    pub admitted_at_us: i64,
}

/// A ticket that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedTicket {
    /// Also the id of its order, if it had one.
    pub ticket_id: TicketId,
    /// Its rank in its lane.
    pub score: Score,
    /// How it ended.
    pub end: LineEnd,
}

/// How a ticket ended, as the line knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// Its shopper left.
    Left,
    /// Closed before its turn.
    Closed(CloseReason),
    /// Its order is over, however it ended.
    Ordered,
}

impl JoinedTicket {
    /// Returns what finds the ticket in Redis.
    #[must_use]
    pub const fn key(&self) -> TicketKey {
        TicketKey { ticket_id: self.ticket_id, shopper_id: self.shopper_id, score: self.score }
    }

    /// Returns what names the ticket and its rank.
    #[must_use]
    pub const fn ticket_score(&self) -> TicketScore {
        TicketScore { ticket_id: self.ticket_id, lane: self.lane, score: self.score }
    }
}
