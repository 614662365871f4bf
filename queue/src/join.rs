//! The way in.

use crate::{Queue, QueueError, keys::lane_names, script::LineScript, wire::Reader};
use shared::{
    ids::DropId,
    line::{Epoch, JoinOutcome, JoinReply, JoinRequest},
};

static JOIN: LineScript = LineScript::open("join", include_str!("../lua/join.lua"));

/// Requests of one [`Queue::join`], at most.
pub const MAX_JOIN_BATCH: usize = 256;

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
    ) -> Result<JoinReply, QueueError> {
        if requests.is_empty() || requests.len() > MAX_JOIN_BATCH {
            let what = format!("a batch of {} requests", requests.len());
            return Err(QueueError::malformed(JOIN.operation, what));
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
        Ok(JoinReply {
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
            let state = Reader::live_state(word).ok_or_else(|| read.wrong(text))?;
            JoinOutcome::Existing(read.ticket(rest)?, state)
        }
    })
}
