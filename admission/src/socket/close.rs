//! Why a connection is closed. Codes 4000 to 4499: come back; 4500 and above: there is nothing to
//! come back for.

use std::borrow::Cow;

/// A reason, with its code on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// This instance stops; come back, to any other, after this long.
    Restart {
        /// Spread over all who must come back.
        retry_after_ms: u64,
    },
    /// The client did not read what it was sent.
    TooSlow,
    /// Newer connections of the same ticket took over.
    Replaced,
    /// The client was not heard of for too long.
    Idle,
    /// The ticket is over.
    TicketClosed,
    /// The ticket is none of ours, expired or of another drop: the problem's code.
    TicketInvalid(&'static str),
    /// The order is over.
    Finished,
    /// The client sent more, or larger frames, than it may.
    BadFrame,
}

impl DisconnectReason {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Restart { .. } => 1012,
            Self::TooSlow => 4001,
            Self::Replaced => 4002,
            Self::Idle => 4003,
            Self::TicketClosed => 4500,
            Self::TicketInvalid(_) => 4501,
            Self::Finished => 4502,
            Self::BadFrame => 4503,
        }
    }

    /// The text beside the code.
    #[must_use]
    pub fn text(self) -> Cow<'static, str> {
        match self {
            Self::Restart { retry_after_ms } => format!("retry_after_ms={retry_after_ms}").into(),
            Self::TooSlow => "too_slow".into(),
            Self::Replaced => "replaced".into(),
            Self::Idle => "idle".into(),
            Self::TicketClosed => "ticket_closed".into(),
            Self::TicketInvalid(code) => code.into(),
            Self::Finished => "finished".into(),
            Self::BadFrame => "bad_frame".into(),
        }
    }
}
