//! What a line can be asked, and what it answers, in the words of `shared::line`.

use shared::{
    drops::CloseReason,
    ids::TicketId,
    line::{
        Admission, AttachReply, CloseProgress, ConfigChange, EpochProblem, Extension, Follows,
        JoinReply, JoinRequest, JoinedTicket, LeaveOutcome, LineImage, PresenceMark, RoomConfig,
        Settlement, StockFigure, TicketKey,
    },
};
use uuid::Uuid;

/// What a line can be asked.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is the call of the same name in `queue`")]
pub enum LineCommand {
    Join(Vec<JoinRequest>),
    Leave(TicketKey),
    Attach(Vec<JoinedTicket>),
    Here(Vec<PresenceMark>),
    Admit { limit: usize, lease_us: i64, request: Uuid, extra: usize },
    Extend { extensions: Vec<Extension>, lease_us: i64 },
    Reextend { tickets: Vec<TicketId>, lease_us: i64 },
    Settle { stock: Vec<StockFigure>, settlements: Vec<Settlement> },
    Configure(RoomConfig),
    End(CloseReason),
    CloseWaiting { reason: CloseReason, limit: usize, up_to: Option<u64> },
    Begin,
    Load { image: LineImage, lease_us: i64 },
    RestoreStock(Vec<StockFigure>),
    Open { config: RoomConfig, follows: Option<Follows>, grace_us: i64 },
}

impl LineCommand {
    /// Whether it is a step of a rebuild.
    #[must_use]
    pub const fn is_of_rebuild(&self) -> bool {
        matches!(self, Self::Load { .. } | Self::RestoreStock(_) | Self::Open { .. })
    }
}

/// What a line answers.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is the answer of the call of that name in `queue`")]
pub enum LineReply {
    Refused(EpochProblem),
    Joined(JoinReply),
    Left(LeaveOutcome),
    Attached(AttachReply),
    Admitted(Admission),
    /// How many were still in flight.
    Extended(u64),
    Configured(ConfigChange),
    Ended(CloseReason),
    Closed(CloseProgress),
    Done,
}
