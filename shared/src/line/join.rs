//! The ways in, back and out.

use super::{Intent, JoinedTicket, Lane, LineState, LiveState, Position};
use crate::{
    drops::CloseReason,
    ids::{ShopperId, TicketId},
};

/// A shopper who wants to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// The id the ticket gets, unless the shopper has one already.
    pub ticket_id: TicketId,
    /// The account, which has at most one live ticket.
    pub shopper_id: ShopperId,
    /// The lane to stand in.
    pub lane: Lane,
    /// The variant and units wanted.
    pub intent: Intent,
}

/// What became of a batch of joins.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinReply {
    /// When, in microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event; from it on, everybody in the batch is in line.
    pub evn: u64,
    /// One per request, in the same order.
    pub outcomes: Vec<JoinOutcome>,
}

/// What became of one join.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum JoinOutcome {
    /// A new ticket, and its position once the whole batch is in line.
    Joined(JoinedTicket, Position),
    /// The shopper's live ticket, where it is, and its position while it waits.
    Existing(JoinedTicket, LiveState, Option<Position>),
    /// The drop is not open yet.
    NotOpenYet {
        /// When it opens, in microseconds since 1970.
        opens_at_us: i64,
    },
    /// The line has ended.
    Ended(CloseReason),
    /// An operator stopped the room.
    Stopped,
    /// An operator lets nobody join for some minutes.
    Held,
    /// An operator lets nobody join any more; those in line are served.
    Draining,
    /// The room is under maintenance.
    Maintenance {
        /// When that is said to end, in microseconds since 1970.
        until_us: Option<i64>,
    },
    /// The room is at capacity.
    Full,
    /// The shopper's last hold ran out unpaid, and they may not join again yet.
    Cooling {
        /// When they may, in microseconds since 1970.
        until_us: i64,
    },
    /// Just after a rebuild, only earlier tickets may come back.
    Grace {
        /// When new tickets are given out again, in microseconds of Redis time.
        until_us: i64,
    },
}

/// What became of a batch of tickets that were to be put back.
#[derive(Clone, Debug, PartialEq)]
pub struct AttachReply {
    /// When, in microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// One per ticket, in the same order.
    pub outcomes: Vec<AttachOutcome>,
}

/// What became of one ticket that was to be put back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttachOutcome {
    /// It stands at its own score again.
    Attached,
    /// It was missed and stands at its own score again.
    Returned,
    /// Redis knew it: it waits, is past waiting, or is over.
    Known(LineState),
    /// The account's other ticket stands further ahead, so this one is closed (replaced).
    Replaced(JoinedTicket),
    /// The account's other ticket is past waiting already; this one is not taken.
    Refused(JoinedTicket),
    /// The line has ended.
    Ended(CloseReason),
    /// No ticket of this room can have such a score.
    Impossible,
}

/// What became of a leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// The ticket is out of line, by this call or an earlier one.
    Left {
        /// Number of the room's last event.
        evn: u64,
    },
    /// The ticket isn't waiting, so it can't leave.
    Refused(LineState),
}
