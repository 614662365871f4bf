//! The way back for a valid ticket that Redis has lost.

use crate::{
    Queue, QueueError,
    script::LineScript,
    wire::{Reader, ticket_row},
};
use shared::{
    ids::DropId,
    line::{AttachOutcome, AttachReply, Epoch, JoinedTicket},
};

static ATTACH: LineScript = LineScript::open("attach", include_str!("../lua/attach.lua"));

impl Queue {
    /// Puts tickets back at their own score; also allowed during the grace after a rebuild.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn attach(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[JoinedTicket],
    ) -> Result<AttachReply, QueueError> {
        let mut args = vec![epoch.to_string()];
        args.extend(tickets.iter().map(ticket_row));
        let reply: Vec<String> = self.run(&ATTACH, drop_id, args).await?;
        let read = Reader(ATTACH.operation);
        let Some(([at_us, evn], outcomes)) = reply.split_first_chunk() else {
            return Err(read.wrong("a short reply"));
        };
        Ok(AttachReply {
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
