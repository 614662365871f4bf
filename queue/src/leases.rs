//! Tickets in flight: claimed in Redis until Postgres has their rows.

use crate::{
    Queue, QueueError,
    script::LineScript,
    wire::{Reader, position_text},
};
use shared::{
    ids::{DropId, TicketId},
    line::{AdmittedTicket, Epoch, Extension, Lease, LogPosition},
};
use std::time::Duration;

static EXTEND: LineScript = LineScript::open("extend", include_str!("../lua/extend.lua"));
static LEASES: LineScript = LineScript::open("leases", include_str!("../lua/leases.lua"));

/// Tickets in one chunk of a listing.
const CHUNK: usize = 1000;

impl Queue {
    /// Records where the commands of tickets in flight are, sets their leases to `lease` from now,
    /// and hints that they are being let in. Skips tickets that are no longer in flight; returns
    /// how many still were.
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

    /// Sets the leases of tickets in flight to `lease` from now, and changes nothing else. Returns
    /// how many still were in flight.
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

    /// Lists all tickets in flight; read in chunks, so not at one instant.
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
