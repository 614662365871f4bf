//! The way in.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use redis::Value;
use shared::{
    ids::{DropId, VariantId},
    line::{Epoch, JoinOutcome, JoinReply, JoinRequest, JoinedTicket, Lane, LiveState, Position},
};

static JOIN: LineScript = LineScript::open(
    "join",
    concat!(include_str!("../lua/presence.lua"), include_str!("../lua/join.lua")),
);

const READ: Reader = Reader("join");

/// Requests of one [`Queue::join`], at most.
pub const MAX_JOIN_BATCH: usize = 256;

impl Queue {
    /// Joins up to [`MAX_JOIN_BATCH`] shoppers in one step, which is one event. A shopper with
    /// a live ticket gets that one back, and stands in line again if they were missed.
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
        let mut args = Args::none();
        for request in requests {
            args.push(*request.shopper_id.as_bytes());
            args.push(args::request(request));
        }
        let reply: (i64, u64, u64, Vec<u64>, Vec<Value>) =
            self.run(&JOIN, drop_id, epoch, &args).await?;
        let (at_us, evn, last_score, waiting, outcomes) = reply;
        // Run with these, or it would have refused.
        let lines = self.lines(drop_id).await?.all().collect();
        let mut batch = Batch { at_us, evn, last_score, waiting, lines };
        let pairs = requests.iter().zip(&outcomes);
        let outcomes = pairs.map(|(request, value)| batch.outcome(request, value));
        Ok(JoinReply { at_us, evn, outcomes: outcomes.collect::<Result<_, _>>()? })
    }
}

/// What the outcomes of a batch have in common.
struct Batch {
    at_us: i64,
    evn: u64,
    /// Of the last new ticket so far.
    last_score: u64,
    /// How many wait in each line.
    waiting: Vec<u64>,
    lines: Vec<(Lane, VariantId)>,
}

impl Batch {
    fn outcome(&mut self, request: &JoinRequest, value: &Value) -> Result<JoinOutcome, QueueError> {
        match value {
            Value::Int(position) => self.joined(request, *position as u64),
            Value::Array(parts) => self.existing(request, parts),
            Value::BulkString(why_not) => refused(READ.text(why_not)?),
            other => Err(READ.wrong_value(other)),
        }
    }

    fn joined(&mut self, request: &JoinRequest, position: u64) -> Result<JoinOutcome, QueueError> {
        self.last_score += 1;
        let ticket = JoinedTicket {
            ticket_id: request.ticket_id,
            shopper_id: request.shopper_id,
            lane: request.lane,
            score: READ.score(self.last_score)?,
            intent: request.intent,
            joined_at_ms: self.at_us.div_euclid(1000),
        };
        Ok(JoinOutcome::Joined(ticket, self.position(&ticket, position)))
    }

    fn existing(&self, request: &JoinRequest, parts: &[Value]) -> Result<JoinOutcome, QueueError> {
        let [Value::BulkString(word), Value::BulkString(record), Value::Int(rank)] = parts else {
            return Err(READ.wrong("a ticket that is there already"));
        };
        let word = READ.text(word)?;
        let state = Reader::live_state(word).ok_or_else(|| READ.wrong(word))?;
        let ticket = READ.ticket(request.shopper_id, record)?;
        // Whoever was missed when the line ended waits, too, but has no position.
        let stands = state == LiveState::Waiting && *rank > 0;
        let position = stands.then(|| self.position(&ticket, *rank as u64));
        Ok(JoinOutcome::Existing(ticket, state, position))
    }

    fn position(&self, ticket: &JoinedTicket, position: u64) -> Position {
        let wanted = (ticket.lane, ticket.intent.variant_id);
        let line = self.lines.iter().position(|line| *line == wanted);
        let waiting = line.and_then(|line| self.waiting.get(line)).copied().unwrap_or(position);
        Position { position, waiting, evn: self.evn }
    }
}

/// Reads why somebody could not join.
fn refused(text: &str) -> Result<JoinOutcome, QueueError> {
    let (word, rest) = text.split_once('|').unwrap_or((text, ""));
    Ok(match word {
        "not_open" => JoinOutcome::NotOpenYet { opens_at_us: READ.value(rest)? },
        "ended" => JoinOutcome::Ended(READ.value(rest)?),
        "stopped" => JoinOutcome::Stopped,
        "hold" => JoinOutcome::Held,
        "drain" => JoinOutcome::Draining,
        "maintenance" => {
            let until_us = if rest.is_empty() { None } else { Some(READ.value(rest)?) };
            JoinOutcome::Maintenance { until_us }
        }
        "full" => JoinOutcome::Full,
        "cooling" => JoinOutcome::Cooling { until_us: READ.value(rest)? },
        "grace" => JoinOutcome::Grace { until_us: READ.value(rest)? },
        _ => return Err(READ.wrong(text)),
    })
}
