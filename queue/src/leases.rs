//! Tickets in flight: claimed in Redis until Postgres has their rows.

use crate::{
    AdmittedTicket, Queue, QueueError,
    script::LineScript,
    wire::{Reader, position_text},
};
use shared::{
    ids::{DropId, TicketId},
    tickets::Epoch,
};
use std::time::Duration;

static EXTEND: LineScript = LineScript::open("extend", include_str!("../lua/extend.lua"));
static LEASES: LineScript = LineScript::open("leases", include_str!("../lua/leases.lua"));

/// Tickets of one listing's chunk.
const CHUNK: usize = 1000;

/// Where in `order-commands` a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Generation of the log.
    pub generation: i64,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
}

/// A ticket whose command Kafka has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Where its command stands.
    pub position: LogPosition,
}

/// A ticket in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lease {
    /// The ticket.
    pub ticket: AdmittedTicket,
    /// Until when, microseconds of Redis time.
    pub deadline_us: i64,
    /// Where its command stands, once Kafka has it.
    pub position: Option<LogPosition>,
}

impl Queue {
    /// Notes where the commands of tickets in flight stand, gives them `lease` from now on, and
    /// hints that they are being let in. Passes over tickets that are not in flight any more.
    /// Gives how many were.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn extend(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        extensions: &[Extension],
        lease: Duration,
    ) -> Result<u64, QueueError> {
        let pairs = extensions
            .iter()
            .flat_map(|one| [one.ticket_id.to_string(), position_text(&one.position)]);
        self.prolong(drop_id, epoch, lease, pairs).await
    }

    /// Gives tickets in flight `lease` from now on, and changes nothing else.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn reextend(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        tickets: &[TicketId],
        lease: Duration,
    ) -> Result<u64, QueueError> {
        let pairs = tickets.iter().flat_map(|ticket| [ticket.to_string(), String::new()]);
        self.prolong(drop_id, epoch, lease, pairs).await
    }

    /// Finds tickets past their lease, the oldest deadline first.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn expired_leases(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        limit: u32,
    ) -> Result<Vec<Lease>, QueueError> {
        self.leases(drop_id, epoch, "expired", 0, limit as usize).await
    }

    /// Lists all tickets in flight. Read in chunks, so not one instant.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`]; see its variants.
    pub async fn in_flight(&self, drop_id: DropId, epoch: Epoch) -> Result<Vec<Lease>, QueueError> {
        let mut all = Vec::new();
        loop {
            let chunk = self.leases(drop_id, epoch, "all", all.len(), CHUNK).await?;
            let is_last = chunk.len() < CHUNK;
            all.extend(chunk);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn prolong(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        lease: Duration,
        pairs: impl Iterator<Item = String>,
    ) -> Result<u64, QueueError> {
        let mut args = vec![epoch.to_string(), lease.as_micros().to_string()];
        args.extend(pairs);
        self.run(&EXTEND, drop_id, args).await
    }

    async fn leases(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        which: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Lease>, QueueError> {
        let args = [epoch.to_string(), which.to_owned(), offset.to_string(), limit.to_string()];
        let reply: Vec<String> = self.run(&LEASES, drop_id, &args).await?;
        let read = Reader(LEASES.operation);
        reply.chunks_exact(3).map(|parts| lease(read, &parts[0], &parts[1], &parts[2])).collect()
    }
}

/// Reads a lease: `generation|partition|offset|units|variant|admitted_us`.
fn lease(read: Reader, row: &str, deadline: &str, lease: &str) -> Result<Lease, QueueError> {
    let parts: Vec<_> = lease.split('|').collect();
    let [generation, partition, offset, _units, _variant, admitted_us] = parts.as_slice() else {
        return Err(read.wrong(lease));
    };
    let position = if generation.is_empty() {
        None
    } else {
        Some(LogPosition {
            generation: read.value(generation)?,
            partition: read.value(partition)?,
            offset: read.value(offset)?,
        })
    };
    let ticket =
        AdmittedTicket { ticket: read.ticket(row)?, admitted_at_us: read.value(admitted_us)? };
    Ok(Lease { ticket, deadline_us: read.value(deadline)?, position })
}
