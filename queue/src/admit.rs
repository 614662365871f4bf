//! Waiting → in flight, by rate, occupancy and stock in one step.

use crate::{Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{ids::DropId, messages::JoinedTicket, text_enum, tickets::Epoch};
use std::time::Duration;
use uuid::Uuid;

static ADMIT: LineScript = LineScript::open("admit", include_str!("../lua/admit.lua"));

/// Tickets of one call, at most.
const MAX_BATCH: u32 = 500;

/// Asks for the next tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmitRequest {
    /// How many, at most 500.
    pub limit: u32,
    /// How long the caller may take to hand them on.
    pub lease: Duration,
    /// Names the request, so that a retry gets the same batch.
    pub request_id: Uuid,
    /// Leaves the stock out of the decision. For mutants in tests only.
    pub ignore_stock: bool,
}

/// Tickets that were let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// Who, in the order of the line.
    pub tickets: Vec<AdmittedTicket>,
    /// Why there are not more, if there are fewer than asked for.
    pub blocked_by: Option<AdmitBlock>,
    /// Whether nothing is left of any variant and nothing can come back: the drop can end.
    pub exhausted: bool,
}

/// A ticket that was let in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdmittedTicket {
    /// The ticket as it joined.
    pub ticket: JoinedTicket,
    /// When it was let in, microseconds of Redis time.
    pub admitted_at_us: i64,
}

text_enum! {
    /// What keeps the next ticket waiting.
    AdmitBlock {
        /// The admission rate.
        Rate = "rate",
        /// As many are admitted and unfinished as may be.
        Occupancy = "occupancy",
        /// No units are free for the next ticket.
        Stock = "stock",
        /// An operator paused the room.
        Paused = "paused",
        /// An operator stopped the room.
        Stopped = "stopped",
        /// Too early.
        NotOpen = "not_open",
        /// The line is over.
        Closed = "closed",
        /// After a rebuild, old tickets may come back first.
        Grace = "grace",
        /// Nobody waits.
        Empty = "empty",
    }
}

impl Queue {
    /// Lets the next tickets in. A repeated `request_id` gets the batch of the first time.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn admit(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        request: AdmitRequest,
    ) -> Result<Admission, QueueError> {
        let args = [
            epoch.to_string(),
            request.limit.clamp(1, MAX_BATCH).to_string(),
            request.lease.as_micros().to_string(),
            request.request_id.to_string(),
            u8::from(request.ignore_stock).to_string(),
            lane_names(),
        ];
        let reply: Vec<String> = self.run(&ADMIT, drop_id, &args).await?;
        let read = Reader(ADMIT.operation);
        let Some(([at_us, evn, blocked_by, exhausted], rows)) = reply.split_first_chunk() else {
            return Err(read.wrong("a short reply"));
        };
        let admitted_at_us = read.value(at_us)?;
        let blocked_by = Some(blocked_by).filter(|word| !word.is_empty());
        let admitted =
            |row: &String| Ok(AdmittedTicket { ticket: read.ticket(row)?, admitted_at_us });
        Ok(Admission {
            at_us: admitted_at_us,
            evn: read.value(evn)?,
            tickets: rows.iter().map(admitted).collect::<Result<_, QueueError>>()?,
            blocked_by: blocked_by.map(|word| read.value(word)).transpose()?,
            exhausted: exhausted == "1",
        })
    }
}
