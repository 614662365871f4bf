//! The way back for a valid ticket that Redis has lost, or that was missed.

use crate::{Queue, QueueError, args::Args, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{AttachOutcome, AttachReply, Epoch, JoinedTicket},
};

static ATTACH: LineScript = LineScript::open(
    "attach",
    concat!(include_str!("../lua/presence.lua"), include_str!("../lua/attach.lua")),
);

const READ: Reader = Reader("attach");

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
        let mut args = Args::none();
        for ticket in tickets {
            args.push_ticket(ticket);
        }
        let reply: (i64, u64, Vec<Vec<u8>>) = self.run(&ATTACH, drop_id, epoch, &args).await?;
        let (at_us, evn, outcomes) = reply;
        let outcomes = outcomes.iter().map(|outcome| read(outcome)).collect::<Result<_, _>>()?;
        Ok(AttachReply { at_us, evn, outcomes })
    }
}

/// Reads one outcome: a word, and what goes with it.
fn read(outcome: &[u8]) -> Result<AttachOutcome, QueueError> {
    let mut parts = outcome.splitn(2, |byte| *byte == b'|');
    let (word, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok(match word {
        b"attached" => AttachOutcome::Attached,
        b"returned" => AttachOutcome::Returned,
        b"known" => AttachOutcome::Known(READ.status(READ.text(rest)?)?),
        b"replaced" => AttachOutcome::Replaced(READ.row(rest)?),
        b"refused" => AttachOutcome::Refused(READ.row(rest)?),
        b"ended" => AttachOutcome::Ended(READ.value(READ.text(rest)?)?),
        b"impossible" => AttachOutcome::Impossible,
        _ => return Err(READ.wrong_bytes(outcome)),
    })
}
