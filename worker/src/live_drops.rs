//! The drops that are being sold, as Postgres has them: read again when a row changes, and every
//! second in case a notice was lost.

use crate::{causes::with_causes, notices};
use database::{
    DatabaseError, PgPool,
    selling::scheduling::{self, LiveDrop},
};
use shared::{ids::DropId, shutdown::Shutdown};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

/// How often the rows are read without a notice.
const READ_EVERY: Duration = Duration::from_secs(1);
/// How long a burst of notices is gathered.
const GATHER: Duration = Duration::from_millis(5);

type Table = Arc<BTreeMap<DropId, Arc<LiveDrop>>>;

/// The drops that are being sold now; clones see the same.
#[derive(Clone, Debug)]
pub struct LiveDrops {
    table: Arc<watch::Sender<Table>>,
}

/// Tells of changes of the drops.
#[derive(Debug)]
pub(crate) struct DropChanges(watch::Receiver<Table>);

impl DropChanges {
    /// Waits until one of them has changed.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody keeps them up to date any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Default for LiveDrops {
    fn default() -> Self {
        Self { table: Arc::new(watch::Sender::new(Table::default())) }
    }
}

impl LiveDrops {
    pub(crate) fn now(&self) -> Table {
        Arc::clone(&self.table.borrow())
    }

    /// Returns a drop; `None` when it is not being sold (any more).
    pub(crate) fn find(&self, drop_id: DropId) -> Option<Arc<LiveDrop>> {
        self.table.borrow().get(&drop_id).cloned()
    }

    /// Returns their partitions, each once.
    pub(crate) fn partitions(&self) -> Vec<i32> {
        let mut partitions: Vec<_> =
            self.table.borrow().values().map(|flash_drop| flash_drop.partition).collect();
        partitions.sort_unstable();
        partitions.dedup();
        partitions
    }

    /// Returns a receiver that sees them change.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Table> {
        self.table.subscribe()
    }

    /// Returns what tells of their changes from now on.
    pub(crate) fn changes(&self) -> DropChanges {
        DropChanges(self.table.subscribe())
    }

    /// Reads them again.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError`]; what was known stays then.
    pub async fn refresh(&self, pool: &PgPool) -> Result<(), DatabaseError> {
        let rows = scheduling::live_drops(pool).await?;
        let fresh: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, Arc::new(row))).collect();
        self.table.send_if_modified(|table| {
            let changed = **table != fresh;
            if changed {
                *table = Arc::new(fresh);
            }
            changed
        });
        Ok(())
    }
}

/// Keeps the drops up to date until the process stops.
pub(crate) async fn run(drops: LiveDrops, pool: PgPool, shutdown: Shutdown) {
    let (soft, notices) = (shutdown.soft(), notices::listen(&pool, "drop_changed", &shutdown));
    while !soft.is_cancelled() {
        if let Err(error) = drops.refresh(&pool).await {
            let error = with_causes(error);
            tracing::warn!(error, "could not read the drops; going on with what is known");
        }
        soft.run_until_cancelled(next_look(&notices)).await;
    }
}

/// Waits for a notice and those that come right behind it, but not for long.
async fn next_look(notices: &Notify) {
    if timeout(READ_EVERY, notices.notified()).await.is_ok() {
        while timeout(GATHER, notices.notified()).await.is_ok() {}
    }
}
