//! Tickets in flight: claimed in Redis until Postgres has their rows.

use crate::{
    Queue, QueueError,
    args::{self, Args},
    script::LineScript,
    wire::Reader,
};
use shared::{
    ids::{DropId, TicketId},
    line::{Epoch, Extension, Lease},
};
use std::time::Duration;

static EXTEND: LineScript = LineScript::open("extend", include_str!("../lua/extend.lua"));
static LEASES: LineScript = LineScript::open("leases", include_str!("../lua/leases.lua"));

/// Tickets in one chunk.
const CHUNK: usize = 500;

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
        let pairs: Vec<_> =
            extensions.iter().map(|one| (one.ticket_id, args::position(&one.position))).collect();
        self.prolong(drop_id, epoch, lease, &pairs).await
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
        let pairs: Vec<_> = tickets.iter().map(|ticket_id| (*ticket_id, Vec::new())).collect();
        self.prolong(drop_id, epoch, lease, &pairs).await
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
        pairs: &[(TicketId, Vec<u8>)],
    ) -> Result<u64, QueueError> {
        let mut n_in_flight = 0;
        for chunk in pairs.chunks(CHUNK) {
            let mut args = Args::none().text(lease.as_micros());
            for (ticket_id, position) in chunk {
                args.push(*ticket_id.as_bytes());
                args.push(position.as_slice());
            }
            n_in_flight += self.run::<u64>(&EXTEND, drop_id, epoch, &args).await?;
        }
        Ok(n_in_flight)
    }

    async fn leases(
        &self,
        drop_id: DropId,
        epoch: Epoch,
        which: &str,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Lease>, QueueError> {
        let args = Args::none().text(which).text(offset).text(limit);
        let reply: Vec<(i64, Vec<u8>)> = self.run(&LEASES, drop_id, epoch, &args).await?;
        let read = Reader(LEASES.operation);
        reply.iter().map(|(deadline_us, lease)| read.lease(*deadline_us, lease)).collect()
    }
}
