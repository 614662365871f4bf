//! Waiting → in flight, and the closing of those who wait.

use super::AdmittedTicket;
use crate::text_enum;
use std::time::Duration;
use uuid::Uuid;

/// Asks to let the next tickets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmitRequest {
    /// Tickets to let in, at most; 500 is the limit.
    pub limit: u32,
    /// How long the caller may take to hand them on.
    pub lease: Duration,
    /// Names the request, so that a retry gets the same batch.
    pub request_id: Uuid,
    /// Tickets above the occupancy cap: so many of those let in are not expected to show up.
    pub extra: u32,
}

/// Tickets that were let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// When, in microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// In the order of the line.
    pub tickets: Vec<AdmittedTicket>,
    /// Why there are fewer than asked for, if there are.
    pub blocked_by: Option<AdmitBlock>,
    /// How long until somebody may be let in by the passing of time alone; `None` if time changes
    /// nothing.
    pub next_due: Option<Duration>,
    /// Whether nothing is left of any variant, and nothing can come back: the drop can end.
    pub exhausted: bool,
}

text_enum! {
    /// What keeps the next ticket waiting.
    AdmitBlock {
        /// The admission rate.
        Rate = "rate",
        /// The occupancy cap is reached.
        Occupancy = "occupancy",
        /// No units are free for the next ticket.
        Stock = "stock",
        /// An operator paused the room.
        Paused = "paused",
        /// An operator lets nobody in for some minutes.
        Hold = "hold",
        /// The room is under maintenance.
        Maintenance = "maintenance",
        /// An operator stopped the room.
        Stopped = "stopped",
        /// The drop is not open yet.
        NotOpen = "not_open",
        /// The line has ended.
        Closed = "closed",
        /// Just after a rebuild, earlier tickets may come back first.
        Grace = "grace",
        /// Nobody is waiting.
        Empty = "empty",
        /// So many absent people were passed over that others are looked at by the next call.
        Absent = "absent",
    }
}

/// How far the closing of those who wait has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseProgress {
    /// Number of the room's last event.
    pub evn: u64,
    /// Tickets closed by this call.
    pub closed: u64,
    /// Tickets still waiting.
    pub remaining: u64,
}
