//! The drops that are being sold, as Postgres has them: read again when a row changes, and each
//! second in case that a notice was lost.

use database::{PgPool, selling::scheduling::LiveDrop};
use shared::{ids::DropId, shutdown::Shutdown};
use sqlx::postgres::PgListener;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often the rows are read without a notice.
const READ_EVERY: Duration = Duration::from_secs(1);
/// How long a burst of notices is gathered.
const GATHER: Duration = Duration::from_millis(5);

type Table = Arc<BTreeMap<DropId, Arc<LiveDrop>>>;

/// The drops of this moment; clones see the same.
#[derive(Clone, Debug)]
pub struct LiveDrops {
    table: Arc<watch::Sender<Table>>,
}

impl Default for LiveDrops {
    fn default() -> Self {
        Self { table: Arc::new(watch::Sender::new(Table::default())) }
    }
}

impl LiveDrops {
    /// All of them.
    #[must_use]
    pub fn now(&self) -> Table {
        Arc::clone(&self.table.borrow())
    }

    /// One of them; `None` when it is not being sold (any more).
    #[must_use]
    pub fn find(&self, drop_id: DropId) -> Option<Arc<LiveDrop>> {
        self.table.borrow().get(&drop_id).cloned()
    }

    /// Their partitions, each once.
    #[must_use]
    pub fn partitions(&self) -> Vec<i32> {
        let mut partitions: Vec<_> =
            self.table.borrow().values().map(|flash_drop| flash_drop.partition).collect();
        partitions.sort_unstable();
        partitions.dedup();
        partitions
    }

    /// Tells when they change.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Table> {
        self.table.subscribe()
    }

    /// Reads them again.
    ///
    /// # Errors
    ///
    /// Returns the database's error; then what was known stays.
    pub async fn refresh(&self, pool: &PgPool) -> Result<(), database::DatabaseError> {
        let rows = database::selling::scheduling::live_drops(pool).await?;
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
pub async fn run(drops: LiveDrops, pool: PgPool, shutdown: Shutdown) {
    let soft = shutdown.soft();
    let mut listener = None;
    while !soft.is_cancelled() {
        if let Err(error) = drops.refresh(&pool).await {
            tracing::warn!(%error, "could not read the drops; going on with what is known");
        }
        if listener.is_none() {
            listener = listen(&pool).await;
        }
        tokio::select! {
            () = soft.cancelled() => {}
            () = tokio::time::sleep(READ_EVERY) => {}
            alive = heard(&mut listener) => {
                if !alive { listener = None; }
            }
        }
    }
}

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen("drop_changed").await.ok()?;
    Some(listener)
}

/// Waits for a notice and takes those that come with it; `false` when the connection was lost.
async fn heard(listener: &mut Option<PgListener>) -> bool {
    let Some(listener) = listener else { return std::future::pending().await };
    if listener.recv().await.is_err() {
        return false;
    }
    while let Ok(Ok(_)) = tokio::time::timeout(GATHER, listener.recv()).await {}
    true
}
