//! The drops that are being sold, as Postgres has them. A drop is read again when its row changes;
//! all of them now and then, and whenever a notice may be missing.

use crate::{
    causes::with_causes,
    notices::{self, Notice},
};
use database::{
    DatabaseError, PgPool,
    selling::scheduling::{self, LiveDrop},
};
use shared::{ids::DropId, shutdown::Shutdown};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{
        Mutex,
        mpsc::{self, Receiver},
        watch,
    },
    time::{Instant, sleep, timeout_at},
};

/// How often all are read, whatever was noticed.
const READ_ALL_EVERY: Duration = Duration::from_secs(10);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Notices that wait here, at most.
const WAITING: usize = 256;
/// How long a burst of notices is gathered.
const GATHER: Duration = Duration::from_millis(5);
/// Of more changed drops than these, all are read at once.
const ONE_BY_ONE: usize = 16;

type Table = Arc<BTreeMap<DropId, Arc<LiveDrop>>>;

/// The drops that are being sold now; clones see the same.
#[derive(Clone, Debug)]
pub struct LiveDrops {
    table: Arc<watch::Sender<Table>>,
    /// Held from before a read until its rows are in the table, so that older ones never replace
    /// newer ones.
    turn: Arc<Mutex<()>>,
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
        Self { table: Arc::new(watch::Sender::new(Table::default())), turn: Arc::default() }
    }
}

impl LiveDrops {
    pub(crate) fn now(&self) -> Table {
        Arc::clone(&self.table.borrow())
    }

    /// Returns a drop; `None` when it is not being sold (any more).
    pub fn find(&self, drop_id: DropId) -> Option<Arc<LiveDrop>> {
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
        let _turn = self.turn.lock().await;
        let rows = scheduling::live_drops(pool).await?;
        let fresh: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, Arc::new(row))).collect();
        self.change(|table| *table = fresh);
        Ok(())
    }

    /// Reads one of them again; it may not be sold any more, or not have been sold before.
    async fn refresh_one(&self, pool: &PgPool, drop_id: DropId) -> Result<(), DatabaseError> {
        let _turn = self.turn.lock().await;
        let row = scheduling::live_drop(pool, drop_id).await?;
        self.change(|table| {
            table.remove(&drop_id);
            table.extend(row.map(|row| (drop_id, Arc::new(row))));
        });
        Ok(())
    }

    /// Whoever waits for changes wakes up if this is one.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<DropId, Arc<LiveDrop>>)) {
        self.table.send_if_modified(|table| {
            let mut fresh = (**table).clone();
            change(&mut fresh);
            let is_changed = **table != fresh;
            if is_changed {
                *table = Arc::new(fresh);
            }
            is_changed
        });
    }
}

/// What has to be read now.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    All,
    At(BTreeSet<DropId>),
}

/// Keeps the drops up to date until the process stops.
pub(crate) async fn run(drops: LiveDrops, pool: PgPool, shutdown: Shutdown) {
    let (soft, (sender, notices)) = (shutdown.soft(), mpsc::channel(WAITING));
    tokio::select! {
        () = soft.cancelled() => {}
        () = notices::pass_on(&pool, "drop_changed", sender) => {}
        () = keep_up(&drops, &pool, notices) => {}
    }
}

async fn keep_up(drops: &LiveDrops, pool: &PgPool, mut notices: Receiver<Notice>) {
    let mut all_at = Instant::now();
    loop {
        let look = next_look(&mut notices, all_at).await;
        let is_all = look == Look::All;
        match read(drops, pool, look).await {
            Ok(()) if is_all => all_at = Instant::now() + READ_ALL_EVERY,
            Ok(()) => {}
            Err(error) => {
                let error = with_causes(error);
                tracing::warn!(error, "could not read the drops; going on with what is known");
                sleep(PAUSE).await;
                // Some were not read, so all are.
                all_at = Instant::now();
            }
        }
    }
}

async fn read(drops: &LiveDrops, pool: &PgPool, look: Look) -> Result<(), DatabaseError> {
    let Look::At(changed) = look else { return drops.refresh(pool).await };
    for drop_id in changed {
        drops.refresh_one(pool, drop_id).await?;
    }
    Ok(())
}

/// Waits for a notice, and for those that come right behind it, but not for long.
async fn next_look(notices: &mut Receiver<Notice>, all_at: Instant) -> Look {
    // However many notices there are.
    if all_at <= Instant::now() {
        return Look::All;
    }
    let Ok(Some(Notice::Row(first))) = timeout_at(all_at, notices.recv()).await else {
        return Look::All;
    };
    let (mut rows, until) = (vec![first], Instant::now() + GATHER);
    while rows.len() <= ONE_BY_ONE
        && let Ok(notice) = timeout_at(until, notices.recv()).await
    {
        let Some(Notice::Row(row)) = notice else { return Look::All };
        rows.push(row);
    }
    let changed: Result<BTreeSet<_>, _> = rows.iter().map(|row| row.parse::<DropId>()).collect();
    if let Ok(changed) = changed
        && changed.len() <= ONE_BY_ONE
    {
        return Look::At(changed);
    }
    Look::All
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is looked at after these notices, if it is not time yet to read all.
    async fn look_after(heard: &[Notice]) -> Look {
        let (sender, mut notices) = mpsc::channel(WAITING);
        for notice in heard {
            sender.send(notice.clone()).await.unwrap();
        }
        next_look(&mut notices, Instant::now() + READ_ALL_EVERY).await
    }

    fn row(drop_id: DropId) -> Notice {
        Notice::Row(drop_id.to_string())
    }

    #[tokio::test]
    async fn what_changed_is_read_and_each_drop_once() {
        let (first, second) = (DropId::generate(), DropId::generate());
        let look = look_after(&[row(first), row(second), row(first)]).await;
        assert_eq!(look, Look::At([first, second].into()));
    }

    #[tokio::test]
    async fn all_are_read_when_it_is_not_known_which_ones_changed() {
        let one = || row(DropId::generate());
        assert_eq!(look_after(&[Notice::Gap]).await, Look::All);
        assert_eq!(look_after(&[one(), Notice::Gap, one()]).await, Look::All);
        assert_eq!(look_after(&[one(), Notice::Row("of another kind".into())]).await, Look::All);
        let many: Vec<_> = (0..=ONE_BY_ONE).map(|_| one()).collect();
        assert_eq!(look_after(&many).await, Look::All);
    }

    #[tokio::test]
    async fn notices_do_not_keep_all_from_being_read_in_their_time() {
        let (sender, mut notices) = mpsc::channel(WAITING);
        sender.send(row(DropId::generate())).await.unwrap();
        assert_eq!(next_look(&mut notices, Instant::now()).await, Look::All);
    }
}
