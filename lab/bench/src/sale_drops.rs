//! The drops of an installation: open rooms, joined behind the back of admission so that it takes
//! seconds and not minutes, logged by the worker, and back after a loss.

use crate::line::{joined, requests};
use anyhow::{Context as _, bail};
use crowd::{CreatedDrop, RunOptions};
use database::PgPool;
use queue::{LineScores, MAX_JOIN_BATCH, Queue};
use shared::{
    ids::{DropId, VariantId},
    line::{Epoch, JoinedTicket, RoomState},
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// How long anything may take that these benchmarks wait for.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(50);
const CURSORS: &str = "select drop_id, epoch, evn from log_cursors";

/// Limits of a drop that lets nobody in while a benchmark lasts.
pub(crate) fn quiet_drop() -> RunOptions {
    RunOptions {
        units: 100,
        hold_seconds: 60,
        admission_rate: 0.001,
        // The id is not used: the drop is created.
        ..RunOptions::new(DropId::generate(), 0)
    }
}

/// Drops with open rooms.
pub(crate) struct SaleDrops {
    queue: Queue,
    pool: PgPool,
    drops: Vec<SaleDrop>,
}

/// A drop, and the epoch of its room when it was last seen open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SaleDrop {
    pub(crate) drop_id: DropId,
    pub(crate) variant_id: VariantId,
    pub(crate) epoch: Epoch,
}

impl SaleDrops {
    /// Waits until the rooms of drops that were just created are open.
    pub(crate) async fn open(
        queue: Queue,
        pool: PgPool,
        created: Vec<CreatedDrop>,
    ) -> anyhow::Result<Self> {
        let drops = created.into_iter().map(|CreatedDrop { drop_id, variant_id, .. }| SaleDrop {
            drop_id,
            variant_id,
            epoch: Epoch(0),
        });
        let mut drops = Self { queue, pool, drops: drops.collect() };
        drops.wait_reopened().await?;
        Ok(drops)
    }

    pub(crate) const fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(crate) fn all(&self) -> &[SaleDrop] {
        &self.drops
    }

    /// The only drop, or the first.
    pub(crate) fn first(&self) -> anyhow::Result<SaleDrop> {
        self.drops.first().copied().context("no drop was created")
    }

    /// Lets so many new shoppers join one drop.
    pub(crate) async fn fill(&self, sale: SaleDrop, n: usize) -> anyhow::Result<Vec<JoinedTicket>> {
        let mut tickets = Vec::with_capacity(n);
        while tickets.len() < n {
            let size = MAX_JOIN_BATCH.min(n - tickets.len());
            let requests = requests(sale.variant_id, size);
            let reply = self.queue.join(sale.drop_id, sale.epoch, &requests).await?;
            tickets.extend(joined(&reply)?);
        }
        Ok(tickets)
    }

    /// Waits until the log has every event of every room; nothing may happen meanwhile.
    pub(crate) async fn wait_logged(&self) -> anyhow::Result<()> {
        let mut last = HashMap::new();
        for sale in &self.drops {
            let header = self.queue.room(sale.drop_id).await?.context("a room has vanished")?;
            last.insert(sale.drop_id, (header.epoch.0.cast_signed(), header.evn));
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let cursors: Vec<(DropId, i32, i64)> =
                sqlx::query_as(CURSORS).fetch_all(&self.pool).await?;
            for (drop_id, epoch, evn) in cursors {
                if last.get(&drop_id) == Some(&(epoch, evn.unsigned_abs())) {
                    last.remove(&drop_id);
                }
            }
            if last.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("the events of {} rooms were not logged within {PATIENCE:?}", last.len())
    }

    /// Reads who waits in every room, in order.
    pub(crate) async fn snapshots(&self) -> anyhow::Result<Vec<Vec<LineScores>>> {
        let mut rooms = Vec::with_capacity(self.drops.len());
        for sale in &self.drops {
            rooms.push(self.queue.snapshot(sale.drop_id, sale.epoch).await?.lines);
        }
        Ok(rooms)
    }

    /// Waits until every room is open in a later epoch than before.
    pub(crate) async fn wait_reopened(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut closed: Vec<usize> = (0..self.drops.len()).collect();
        while Instant::now() < deadline {
            let mut still_closed = Vec::new();
            for index in closed {
                let sale = self.drops[index];
                match self.open_epoch(sale.drop_id).await {
                    Some(epoch) if epoch > sale.epoch => self.drops[index].epoch = epoch,
                    _ => still_closed.push(index),
                }
            }
            closed = still_closed;
            if closed.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("{} rooms were not open within {PATIENCE:?}", closed.len())
    }

    /// The epoch of an open room; `None` also while Redis is away.
    async fn open_epoch(&self, drop_id: DropId) -> Option<Epoch> {
        let header = self.queue.room(drop_id).await.ok().flatten()?;
        (header.trusted && header.state == RoomState::Open).then_some(header.epoch)
    }
}
