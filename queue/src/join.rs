//! The way in.

use crate::{Queue, QueueError, TicketPlace, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    drops::CloseReason,
    ids::{DropId, ShopperId, TicketId},
    messages::JoinedTicket,
    tickets::{Epoch, Intent, Lane},
};

static JOIN: LineScript = LineScript::open("join", include_str!("../lua/join.lua"));

/// Requests of one [`Queue::join`], at most.
pub const MAX_JOIN_BATCH: usize = 256;

/// A shopper who wants to stand in line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// The id that the ticket gets if it is a new one.
    pub ticket_id: TicketId,
    /// Who.
    pub shopper_id: ShopperId,
    /// Where.
    pub lane: Lane,
    /// What for.
    pub intent: Intent,
}

/// What became of a batch of joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Joins {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event; with it everybody in the batch stands in line.
    pub evn: u64,
    /// One for each request, in their order.
    pub outcomes: Vec<JoinOutcome>,
}

/// What became of one join.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum JoinOutcome {
    /// A new ticket.
    Joined(JoinedTicket),
    /// The shopper's live ticket, and where it is.
    Existing(JoinedTicket, TicketPlace),
    /// Too early.
    NotOpenYet {
        /// From when on, microseconds since 1970.
        opens_at_us: i64,
    },
    /// Too late.
    Ended(CloseReason),
    /// An operator stopped the room.
    Stopped,
    /// As many wait as may.
    Full,
    /// After a rebuild only old tickets may come back for a moment.
    Grace {
        /// Until when, microseconds of Redis time.
        until_us: i64,
    },
}

impl Queue {
    /// Joins up to [`MAX_JOIN_BATCH`] shoppers in one step, which is one event. A shopper with
    /// a live ticket gets that one back.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn join(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        requests: &[JoinRequest],
    ) -> Result<Joins, QueueError> {
        if requests.is_empty() || requests.len() > MAX_JOIN_BATCH {
            return Err(QueueError::malformed(JOIN.operation, "the size of the batch"));
        }
        let mut args = vec![epoch.to_string(), lane_names()];
        for request in requests {
            args.push(request.ticket_id.to_string());
            args.push(request.shopper_id.to_string());
            args.push(request.lane.0.to_string());
            args.push(request.intent.variant_id.to_string());
            args.push(request.intent.units.to_string());
        }
        let reply: Vec<String> = self.run(&JOIN, drop_id, args).await?;
        let read = Reader(JOIN.operation);
        let Some(([at_us, evn], outcomes)) = reply.split_first_chunk() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(Joins {
            at_us: read.value(at_us)?,
            evn: read.value(evn)?,
            outcomes: outcomes.iter().map(|text| outcome(read, text)).collect::<Result<_, _>>()?,
        })
    }
}

/// Reads one outcome: a word, and what goes with it.
fn outcome(read: Reader, text: &str) -> Result<JoinOutcome, QueueError> {
    let (word, rest) = text.split_once('|').unwrap_or((text, ""));
    Ok(match word {
        "joined" => JoinOutcome::Joined(read.ticket(rest)?),
        "not_open" => JoinOutcome::NotOpenYet { opens_at_us: read.value(rest)? },
        "ended" => JoinOutcome::Ended(read.value(rest)?),
        "stopped" => JoinOutcome::Stopped,
        "full" => JoinOutcome::Full,
        "grace" => JoinOutcome::Grace { until_us: read.value(rest)? },
        _ => {
            let place = Reader::place(word).ok_or_else(|| read.wrong(text))?;
            JoinOutcome::Existing(read.ticket(rest)?, place)
        }
    })
}
