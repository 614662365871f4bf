//! Waiting → in flight, by rate, occupancy and stock in one step.

use crate::{Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{Admission, AdmitRequest, AdmittedTicket, Epoch},
};

static ADMIT: LineScript = LineScript::open("admit", include_str!("../lua/admit.lua"));

/// Tickets let in by one call, at most.
const MAX_BATCH: u32 = 500;

impl Queue {
    /// Lets the next tickets in. A repeated `request_id` gets the first call's batch again.
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
