//! One shopper's part of the history.

use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
};

/// What one shopper did and saw, in order.
#[derive(Debug, Clone, Default)]
pub struct ShopperStory {
    /// Number of the shopper, from 1.
    pub process: u64,
    /// The joins that were answered with a ticket.
    pub joins: Vec<AnsweredJoin>,
    /// When the first join was sent, in nanoseconds of the run.
    pub join_sent_ns: Option<u64>,
    /// The positions and turns that were shown.
    pub shown: Vec<Shown>,
    /// The order states that were seen.
    pub order_states: Vec<(OrderId, TicketState)>,
    /// Answers to a repeated call: key, first, again.
    pub again: Vec<(String, String, String)>,
    /// Whether the shopper left the page for a while.
    pub was_away: bool,
    /// What was seen of a site.
    pub visits: Vec<SeenVisit>,
    /// When the shopper closed a stream, in microseconds since 1970.
    pub hung_up_us: Vec<i64>,
    /// Missing when the run was cut off before the shopper's end.
    pub end: Option<StoryEnd>,
}

/// A join that was answered with a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredJoin {
    /// The same for every tab of the shopper.
    pub ticket_id: TicketId,
    /// Dense from 1 within an epoch.
    pub queue_number: u64,
    /// Generation of the line when it answered; a rebuild may have raised it since the join.
    pub epoch: u32,
    /// When it was answered, in nanoseconds of the run.
    pub answered_ns: u64,
    /// When it was answered, in microseconds since 1970.
    pub answered_at_us: i64,
}

/// Something that was shown to a shopper in line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A position in line.
    Position {
        /// Generation of the line.
        epoch: u32,
        /// Number of the room event that the position is true for.
        evn: u64,
        /// People ahead + 1.
        position: u64,
        /// Why it may be higher than before.
        rise: Option<String>,
        /// Whether the stream showed it; polls carry no reason for a rise.
        by_stream: bool,
        /// When it was shown, in microseconds since 1970.
        at_us: i64,
    },
    /// The order command is safe, or more.
    Admitted,
    /// The line ended for the shopper.
    Closed {
        /// When it was shown, in microseconds since 1970.
        at_us: i64,
    },
}

/// Something that a visitor of a site saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenVisit {
    /// A browser was let in with the pass of this ticket.
    Entered {
        /// Whose pass it was.
        ticket_id: TicketId,
    },
    /// The gate told whether a browser was inside.
    Looked {
        /// Whose visit the browser's cookie is of.
        ticket_id: TicketId,
        /// Whether it was.
        inside: bool,
        /// When it was asked, in microseconds since 1970.
        asked_at_us: i64,
        /// When it answered.
        answered_at_us: i64,
    },
}

/// How it ended for a shopper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryEnd {
    /// A stable name: an order state, `absent`, `gave_up`, `tab`, `closed_…`, `…_refused_…`.
    pub how: String,
    /// Microseconds since 1970.
    pub at_us: i64,
}

/// A try that was answered with 5xx or 429; the shopper may have tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedTry {
    /// Number of the shopper, from 1.
    pub process: u64,
    /// The HTTP status.
    pub status: u16,
    /// When it was answered, in microseconds since 1970.
    pub at_us: i64,
}

impl ShopperStory {
    /// Whether the shopper left the page for good, so that nobody brings the ticket back.
    pub(crate) fn is_gone(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.how == "absent")
    }

    /// Whether a position was shown between two moments, microseconds since 1970.
    pub(crate) fn was_shown_within(&self, from_us: i64, until_us: i64) -> bool {
        self.shown.iter().any(|shown| match shown {
            Shown::Position { at_us, .. } => (from_us..until_us).contains(at_us),
            Shown::Admitted | Shown::Closed { .. } => false,
        })
    }

    /// Whether the shopper closed a stream between two moments.
    pub(crate) fn has_hung_up(&self, from_us: i64, until_us: i64) -> bool {
        self.hung_up_us.iter().any(|at_us| (from_us..=until_us).contains(at_us))
    }

    /// Whether the shopper was told of an admission.
    pub(crate) fn is_told(&self) -> bool {
        self.shown.contains(&Shown::Admitted)
    }
}
