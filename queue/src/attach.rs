//! The way back of a valid ticket that Redis has lost.

use crate::{
    Queue, QueueError, TicketStatus,
    script::LineScript,
    wire::{Reader, ticket_row},
};
use shared::{drops::CloseReason, ids::DropId, messages::JoinedTicket, tickets::Epoch};

static ATTACH: LineScript = LineScript::open("attach", include_str!("../lua/attach.lua"));

/// What became of a batch of tickets.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachments {
    /// When, microseconds of Redis time.
    pub at_us: i64,
    /// Number of the room's last event.
    pub evn: u64,
    /// One for each ticket, in their order.
    pub outcomes: Vec<AttachOutcome>,
}

/// What became of one ticket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AttachOutcome {
    /// It stands at its own place again.
    Attached,
    /// Redis knew it: it waits, is past waiting, or is over.
    Known(TicketStatus),
    /// The account's other ticket stands further ahead, so this one is closed (replaced).
    Replaced(JoinedTicket),
    /// The account's other ticket is past waiting already; this one is not taken.
    Refused(JoinedTicket),
    /// The line is over.
    Ended(CloseReason),
    /// No ticket of this room can have such a score.
    Impossible,
}

impl Queue {
    /// Puts tickets back at their own score. Allowed in the grace after a rebuild too.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn attach(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<Attachments, QueueError> {
        let mut args = vec![epoch.to_string()];
        args.extend(tickets.iter().map(ticket_row));
        let reply: Vec<String> = self.run(&ATTACH, drop_id, args).await?;
        let read = Reader(ATTACH.operation);
        let Some(([at_us, evn], outcomes)) = reply.split_first_chunk() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(Attachments {
            at_us: read.value(at_us)?,
            evn: read.value(evn)?,
            outcomes: outcomes.iter().map(|text| outcome(read, text)).collect::<Result<_, _>>()?,
        })
    }
}

/// Reads one outcome: a word, and what goes with it.
fn outcome(read: Reader, text: &str) -> Result<AttachOutcome, QueueError> {
    let (word, rest) = text.split_once('|').unwrap_or((text, ""));
    Ok(match word {
        "attached" => AttachOutcome::Attached,
        "known" => AttachOutcome::Known(read.status(rest)?),
        "replaced" => AttachOutcome::Replaced(read.ticket(rest)?),
        "refused" => AttachOutcome::Refused(read.ticket(rest)?),
        "ended" => AttachOutcome::Ended(read.value(rest)?),
        "impossible" => AttachOutcome::Impossible,
        _ => return Err(read.wrong(text)),
    })
}
