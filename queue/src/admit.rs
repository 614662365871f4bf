//! Waiting → in flight, by rate or by number, occupancy and stock in one step.

use crate::{Queue, QueueError, args::Args, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{Admission, AdmitRequest, AdmittedTicket, Epoch, JoinedTicket},
};
use std::time::Duration;

static ADMIT: LineScript = LineScript::open(
    "admit",
    concat!(
        include_str!("../lua/presence.lua"),
        include_str!("../lua/fronts.lua"),
        include_str!("../lua/turns.lua"),
        include_str!("../lua/admit.lua")
    ),
);

const READ: Reader = Reader("admit");

/// Tickets let in by one call, at most.
const MAX_BATCH: u32 = 500;

impl Queue {
    /// Lets the next tickets in, past those who are absent. A repeated `request_id` gets the first
    /// call's batch again.
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
        let args = Args::none()
            .text(request.limit.clamp(1, MAX_BATCH))
            .text(request.lease.as_micros())
            .bytes(*request.request_id.as_bytes())
            .text(request.extra);
        let answer: Vec<u8> = self.run(&ADMIT, drop_id, epoch, &args).await?;
        admission(&answer)
    }
}

/// Reads `now|evn|why not more|exhausted|next due`, a line break, and the tickets.
fn admission(answer: &[u8]) -> Result<Admission, QueueError> {
    let mut halves = answer.splitn(2, |byte| *byte == b'\n');
    let (head, rows) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let head = READ.text(head)?;
    let mut parts = head.split('|');
    let (at_us, evn) = (READ.next(&mut parts)?, READ.next(&mut parts)?);
    let (Some(blocked_by), Some(exhausted), Some(due_us)) =
        (parts.next(), parts.next(), parts.next())
    else {
        return Err(READ.wrong(head));
    };
    let let_in = |ticket: JoinedTicket| AdmittedTicket { ticket, admitted_at_us: at_us };
    Ok(Admission {
        at_us,
        evn,
        tickets: READ.rows(rows)?.into_iter().map(let_in).collect(),
        blocked_by: if blocked_by.is_empty() { None } else { Some(READ.value(blocked_by)?) },
        next_due: match due_us {
            "" => None,
            due_us => Some(Duration::from_micros(READ.value(due_us)?)),
        },
        exhausted: exhausted == "1",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::line::AdmitBlock;

    #[test]
    fn an_answer_without_tickets_says_why_and_until_when() {
        let admission = admission(b"1700000000000000|4|rate|0|250\n").unwrap();
        assert_eq!((admission.at_us, admission.evn), (1_700_000_000_000_000, 4));
        assert_eq!(admission.blocked_by, Some(AdmitBlock::Rate));
        assert_eq!(admission.next_due, Some(Duration::from_micros(250)));
        assert!(admission.tickets.is_empty() && !admission.exhausted);
    }

    #[test]
    fn an_answer_with_half_a_ticket_is_refused() {
        assert!(admission(b"1|4||0|\nhalf").is_err());
        assert!(admission(b"1|4").is_err());
    }
}
