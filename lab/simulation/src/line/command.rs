//! What can be asked of a line, and what it answers.

use shared::{
    drops::{CloseReason, DropMode},
    ids::{ShopperId, TicketId, VariantId},
    messages::{ChainHash, EventPoint, JoinedTicket},
    tickets::{Intent, Lane, Score},
};
use uuid::Uuid;

/// What can be asked of a line.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is the call of the same name in `queue`")]
pub enum Command {
    Join(Vec<Request>),
    Leave {
        ticket_id: TicketId,
        score: Score,
    },
    Attach(Vec<JoinedTicket>),
    Admit {
        limit: usize,
        lease_us: i64,
        request: Uuid,
    },
    /// Without a position only the deadline moves.
    Extend {
        tickets: Vec<(TicketId, Option<Position>)>,
        lease_us: i64,
    },
    /// `true` for an order that goes on, `false` for one that is over.
    Settle {
        stock: Vec<Stock>,
        tickets: Vec<(TicketId, Score, bool)>,
    },
    Configure(Config),
    End(CloseReason),
    CloseWaiting {
        reason: CloseReason,
        limit: usize,
    },
    Begin,
    Clear,
    RestoreWaiting(Vec<JoinedTicket>),
    RestoreFinished(Vec<(TicketId, Score, End)>),
    /// With the position of the command and the time of admission: in flight; else its row is there.
    RestoreAdmitted {
        tickets: Vec<(JoinedTicket, Option<(Position, i64)>)>,
        lease_us: i64,
    },
    RestoreStock(Vec<Stock>),
    Open {
        config: Config,
        ended: Option<CloseReason>,
        follows: Option<(EventPoint, ChainHash)>,
        grace_us: i64,
    },
}

impl Command {
    /// Whether it is a step of a rebuild.
    #[must_use]
    pub const fn is_of_rebuild(&self) -> bool {
        matches!(
            self,
            Self::Clear
                | Self::RestoreWaiting(_)
                | Self::RestoreFinished(_)
                | Self::RestoreAdmitted { .. }
                | Self::RestoreStock(_)
                | Self::Open { .. }
        )
    }
}

/// A shopper who wants to stand in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::JoinRequest`")]
pub struct Request {
    pub ticket_id: TicketId,
    pub shopper_id: ShopperId,
    pub lane: Lane,
    pub intent: Intent,
}

/// Where a command stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::LogPosition`")]
pub struct Position {
    pub generation: i64,
    pub partition: i32,
    pub offset: i64,
}

/// The stock of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::StockFigure`")]
pub struct Stock {
    pub variant_id: VariantId,
    pub version: i64,
    pub available: u32,
    pub reserved: u32,
}

/// Limits and mode.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in `queue::RoomConfig`")]
pub struct Config {
    pub mode: DropMode,
    pub admission_rate_per_second: f64,
    pub occupancy_cap: u32,
    pub capacity: u32,
    pub opens_at_us: i64,
    pub closes_at_us: Option<i64>,
    pub variants: Vec<VariantId>,
    pub message: Option<String>,
    pub version: i64,
}

/// How a ticket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::RestoredEnd`")]
pub enum End {
    Left,
    Closed(CloseReason),
    Ordered,
}

/// Where a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::TicketStatus`")]
pub enum Place {
    Waiting,
    InFlight { extended: bool },
    Occupied,
    Over(End),
    Unknown,
}

/// What keeps the next ticket waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::AdmitBlock`")]
pub enum Block {
    Rate,
    Occupancy,
    Stock,
    Paused,
    Stopped,
    NotOpen,
    Closed,
    Grace,
    Empty,
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in `queue::EpochProblem`")]
pub enum Problem {
    Missing,
    Stale,
    OtherServer,
    Rebuilding,
    Open,
}

/// What became of one join.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in `queue::JoinOutcome`")]
pub enum Join {
    Joined(JoinedTicket),
    Existing(JoinedTicket, Place),
    NotOpenYet,
    Ended(CloseReason),
    Stopped,
    Full,
    Grace,
}

/// What became of one attach.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in `queue::AttachOutcome`")]
pub enum Attach {
    Attached,
    Known(Place),
    Replaced(JoinedTicket),
    Refused(JoinedTicket),
    Ended(CloseReason),
    Impossible,
}

/// What a line answers.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "as the answers of the calls in `queue`")]
pub enum Reply {
    Refused(Problem),
    Joins {
        evn: u64,
        outcomes: Vec<Join>,
    },
    Left,
    NotLeft(Place),
    Attachments {
        evn: u64,
        outcomes: Vec<Attach>,
    },
    Admission {
        at_us: i64,
        evn: u64,
        tickets: Vec<JoinedTicket>,
        blocked: Option<Block>,
        exhausted: bool,
    },
    Extended(usize),
    Configured {
        applied: bool,
        changed: bool,
        evn: u64,
    },
    Ended(CloseReason),
    Closed {
        closed: usize,
        remaining: usize,
    },
    Done,
}
