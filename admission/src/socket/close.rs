//! Why a connection is closed. 4000 to 4499: come back; 4500 and above: there is nothing to come
//! back for.

use std::borrow::Cow;

/// A reason, with its code on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// This instance stops; another one is there in so many milliseconds.
    Restart {
        /// When to come back; spread over all who must.
        retry_after_ms: u64,
    },
    /// It did not read what it was sent.
    TooSlow,
    /// Newer connections of the same ticket took its place.
    Replaced,
    /// Nothing was heard of it.
    Idle,
    /// The ticket is over.
    TicketClosed,
    /// No ticket of ours, or not of this drop.
    TicketInvalid(&'static str),
    /// The order is over.
    Finished,
    /// It sent what nobody may send.
    BadFrame,
}

impl CloseReason {
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

    /// The text beside it.
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
