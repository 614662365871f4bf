//! Filling a line that is being rebuilt, in bulk.
//!
//! All that Redis has of the drop's tickets and events goes first, so that loading twice is loading
//! once. Every part is one write behind the guard; many are under way at a time, so a million people
//! take seconds and nobody else waits for long.

use crate::{
    DropKeys, Queue, QueueError,
    args::{self, Args},
    lines::RoomLines,
    script::LineScript,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{EndedCounts, Epoch, InFlightTicket, JoinedTicket, Lane, LineImage},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

static EMPTY: LineScript = LineScript::rebuilding("empty", include_str!("../lua/empty.lua"));
static LOAD: LineScript = LineScript::rebuilding("load", include_str!("../lua/load.lua"));

/// Entries of one write: few enough that nobody else has to wait long.
const CHUNK: usize = 500;

/// Bytes of one write of bits.
const CHUNK_OF_BITS: usize = 64 * 1024;

/// Writes under way at a time.
const AT_A_TIME: usize = 16;

/// One write: a command, the key, and what stands behind it.
struct Part {
    key: String,
    args: Args,
}

impl Queue {
    /// Replaces all that Redis has of a line's tickets and events by this image; those in flight
    /// get `lease` from now.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants. The line is then incomplete, and is loaded again.
    pub async fn load(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        image: &LineImage,
        lease: Duration,
    ) -> Result<(), QueueError> {
        let lines = Arc::new(RoomLines::of(image.variants(), image.lanes()));
        let args = Args::none().bytes(lines.packed());
        let now_us: i64 = self.run(&EMPTY, drop_id, epoch, &args).await?;
        self.known_lines.keep(drop_id, &lines);

        let keys = DropKeys::new(drop_id);
        for tickets in image.waiting.chunks(CHUNK * AT_A_TIME) {
            let parts = in_line(&keys, DropKeys::waiting, tickets);
            self.load_parts(drop_id, epoch, parts).await?;
        }
        for tickets in image.missed.chunks(CHUNK * AT_A_TIME) {
            let parts = in_line(&keys, DropKeys::missed, tickets);
            self.load_parts(drop_id, epoch, parts).await?;
        }
        let deadline_us = now_us + lease.as_micros() as i64;
        let mut parts = past_waiting(&keys, image);
        parts.extend(in_flight(&keys, &image.in_flight, deadline_us));
        parts.extend(ended(&keys, image));
        parts.extend(last_number(&keys, image.last_number));
        self.load_parts(drop_id, epoch, parts).await
    }

    async fn load_parts(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        parts: Vec<Part>,
    ) -> Result<(), QueueError> {
        stream::iter(parts)
            .map(|part| async move {
                self.run_on(&LOAD, drop_id, epoch, &part.key, &part.args).await
            })
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }
}

impl Part {
    fn new(command: &str, key: impl Into<String>) -> Self {
        Self { key: key.into(), args: Args::none().text(command) }
    }
}

/// Those in line, or absent from it: their lines, which `key_of` names, and their records.
fn in_line(
    keys: &DropKeys,
    key_of: fn(&DropKeys, Lane, VariantId) -> String,
    tickets: &[JoinedTicket],
) -> Vec<Part> {
    let mut parts = Vec::new();
    for chunk in tickets.chunks(CHUNK) {
        let mut lines: BTreeMap<String, Part> = BTreeMap::new();
        for ticket in chunk {
            let key = key_of(keys, ticket.lane, ticket.intent.variant_id);
            let line = lines.entry(key).or_insert_with_key(|key| Part::new("ZADD", key));
            line.args.push_text(ticket.score.raw());
            line.args.push(*ticket.shopper_id.as_bytes());
        }
        parts.extend(lines.into_values());
        parts.push(record_part(keys, chunk));
    }
    parts
}

fn record_part<'a>(keys: &DropKeys, tickets: impl IntoIterator<Item = &'a JoinedTicket>) -> Part {
    let mut part = Part::new("HSET", keys.named("intent"));
    for ticket in tickets {
        part.args.push_ticket(ticket);
    }
    part
}

/// Those past waiting: that they are, and the record of each account, which is that of its last
/// ticket.
fn past_waiting(keys: &DropKeys, image: &LineImage) -> Vec<Part> {
    let flying = image.in_flight.iter().map(|one| &one.ticket);
    let all: Vec<&JoinedTicket> = image.held.iter().chain(flying).collect();
    let of_account: HashMap<ShopperId, TicketId> =
        all.iter().map(|ticket| (ticket.shopper_id, ticket.ticket_id)).collect();
    let mut parts = Vec::new();
    for chunk in all.chunks(CHUNK) {
        let mut occupants = Part::new("HSET", keys.named("occ"));
        for ticket in chunk {
            occupants.args.push(*ticket.ticket_id.as_bytes());
            occupants.args.push(*ticket.shopper_id.as_bytes());
        }
        parts.push(occupants);
    }
    let is_last = |ticket: &&JoinedTicket| of_account[&ticket.shopper_id] == ticket.ticket_id;
    let named: Vec<_> = all.into_iter().filter(is_last).collect();
    parts.extend(named.chunks(CHUNK).map(|chunk| record_part(keys, chunk.iter().copied())));
    parts
}

/// Those in flight: their deadlines, their leases, and the units that they claim.
fn in_flight(keys: &DropKeys, tickets: &[InFlightTicket], deadline_us: i64) -> Vec<Part> {
    let mut units: BTreeMap<VariantId, u64> = BTreeMap::new();
    let mut parts = Vec::new();
    for chunk in tickets.chunks(CHUNK) {
        let mut deadlines = Part::new("ZADD", keys.named("inf"));
        let mut leases = Part::new("HSET", keys.named("lease"));
        for one in chunk {
            let InFlightTicket { ticket, .. } = one;
            deadlines.args.push_text(deadline_us);
            deadlines.args.push(*ticket.ticket_id.as_bytes());
            leases.args.push(*ticket.ticket_id.as_bytes());
            leases.args.push(args::lease(one));
            *units.entry(ticket.intent.variant_id).or_default() += u64::from(ticket.intent.units);
        }
        parts.extend([deadlines, leases]);
    }
    for (variant_id, units) in units {
        let mut flight = Part::new("HSET", keys.named("flight"));
        flight.args.push(*variant_id.as_bytes());
        flight.args.push_text(units);
        parts.push(flight);
    }
    parts
}

/// The number behind which those of the epoch begin, unless that is the first.
fn last_number(keys: &DropKeys, number: u64) -> Option<Part> {
    let mut part = Part::new("SET", keys.named("seq"));
    part.args.push_text(number);
    (number > 0).then_some(part)
}

/// Those who are over: their bits, why they were closed, and the counts.
fn ended(keys: &DropKeys, image: &LineImage) -> Vec<Part> {
    let mut parts = vec![tally(keys, image.counts)];
    for (epoch, bytes) in &image.ended {
        for (n, bytes) in bytes.chunks(CHUNK_OF_BITS).enumerate() {
            let mut part = Part::new("SETRANGE", keys.finished(*epoch));
            part.args.push_text(n * CHUNK_OF_BITS);
            part.args.push(bytes);
            parts.push(part);
        }
    }
    for chunk in image.why.chunks(CHUNK) {
        let mut part = Part::new("HSET", keys.named("why"));
        for (ticket_id, reason) in chunk {
            part.args.push(*ticket_id.as_bytes());
            part.args.push_text(reason);
        }
        parts.push(part);
    }
    parts
}

fn tally(keys: &DropKeys, counts: EndedCounts) -> Part {
    let EndedCounts { joined, left, closed, ordered } = counts;
    let mut part = Part::new("HSET", keys.named("tally"));
    for (name, count) in
        [("joined", joined), ("left", left), ("closed", closed), ("ordered", ordered)]
    {
        part.args.push_text(name);
        part.args.push_text(count);
    }
    part
}
