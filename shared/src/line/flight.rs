//! Admitted tickets until Postgres has their rows.

use super::{AdmittedTicket, JoinedTicket};
use crate::ids::TicketId;

/// Where in `order-commands` a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Generation of the log; raised when another log takes its place.
    pub generation: i64,
    /// The drop's own partition.
    pub partition: i32,
    /// Offset within the partition.
    pub offset: i64,
}

/// A ticket whose command Kafka has acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Passed over if it is no longer in flight.
    pub ticket_id: TicketId,
    /// Where its command is.
    pub position: LogPosition,
}

/// An admitted ticket's claim until Postgres has its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lease {
    /// The ticket, and when it was let in.
    pub ticket: AdmittedTicket,
    /// When it runs out, in microseconds of Redis time.
    pub deadline_us: i64,
    /// Where its command is, once Kafka has it.
    pub position: Option<LogPosition>,
}

/// An admitted ticket whose command is in the log, without a row in Postgres yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InFlightTicket {
    /// The ticket as it joined.
    pub ticket: JoinedTicket,
    /// When it was let in, in microseconds of Redis time.
    pub admitted_at_us: i64,
    /// Where its command is.
    pub position: LogPosition,
}
