//! Winding up what is over: those who wait are closed in chunks, then the drop is retired.
//!
//! Each drop has a task of its own. Nobody has to hurry: the end of a line is told to all at once, so
//! a long line is closed with pauses in which Redis serves others.

use crate::{app::App, causes::with_causes};
use database::{
    line::log_cursors,
    selling::scheduling::{self, LiveDrop},
};
use shared::{drops::CloseReason, ids::DropId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};
use tokio_util::task::AbortOnDropHandle;

/// Lines that are closed at one time.
const AT_ONE_TIME: usize = 8;
/// Tickets closed by one call.
const CHUNK: u32 = 500;
/// How much longer than a call the pause behind it is.
const PAUSE_FACTOR: u32 = 9;
/// The shortest pause between two tries to retire a drop.
const RETRY_EVERY: Duration = Duration::from_millis(250);

/// The drops that are being wound up.
pub(super) struct WindingUp {
    app: App,
    turns: Arc<Semaphore>,
    /// They end with this. Every step can be repeated.
    tasks: HashMap<DropId, AbortOnDropHandle<()>>,
}

impl WindingUp {
    pub(super) fn new(app: App) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONE_TIME));
        Self { app, turns, tasks: HashMap::new() }
    }

    /// Forgets those that are not alive any more, and those whose tasks have failed: they can be
    /// begun again.
    pub(super) fn keep(&mut self, alive: &BTreeMap<DropId, Arc<LiveDrop>>) {
        self.tasks.retain(|id, task| alive.contains_key(id) && !task.is_finished());
    }

    /// Begins to wind up a drop, unless that goes on already.
    pub(super) fn begin(&mut self, flash_drop: &Arc<LiveDrop>, reason: CloseReason) {
        self.tasks.entry(flash_drop.id).or_insert_with(|| {
            let flash_drop = Arc::clone(flash_drop);
            let work = wind_up(self.app.clone(), Arc::clone(&self.turns), flash_drop, reason);
            AbortOnDropHandle::new(tokio::spawn(work))
        });
    }
}

/// Closes those who wait, and retires the drop once nothing of it is on its way. Holds of a
/// cancelled drop are taken back by the sweeper.
async fn wind_up(app: App, turns: Arc<Semaphore>, flash_drop: Arc<LiveDrop>, reason: CloseReason) {
    if let Err(error) = close_and_retire(&app, &turns, &flash_drop, reason).await {
        let (id, error) = (flash_drop.id, with_causes(error));
        tracing::debug!(drop.id = %id, error, "could not wind up drop {id}; trying again");
        // Until then it is not begun again.
        sleep(RETRY_EVERY).await;
    }
}

async fn close_and_retire(
    app: &App,
    turns: &Semaphore,
    flash_drop: &LiveDrop,
    reason: CloseReason,
) -> anyhow::Result<()> {
    let (id, epoch) = (flash_drop.id, flash_drop.epoch);
    loop {
        close(app, turns, flash_drop, reason).await?;
        if is_over(app, flash_drop).await? && scheduling::retire(&app.pool, id, epoch).await? {
            tracing::info!(drop.id = %id, "drop {id} is settled");
            return Ok(());
        }
        sleep(RETRY_EVERY).await;
    }
}

async fn close(
    app: &App,
    turns: &Semaphore,
    flash_drop: &LiveDrop,
    reason: CloseReason,
) -> anyhow::Result<()> {
    loop {
        // Kept in the pause as well; behind it, it is the turn of another drop.
        let _turn = turns.acquire().await?;
        let called_at = Instant::now();
        let closing = app.queue.close_waiting(flash_drop.id, flash_drop.epoch, reason, CHUNK);
        if closing.await?.remaining == 0 {
            return Ok(());
        }
        sleep(called_at.elapsed() * PAUSE_FACTOR).await;
    }
}

/// Whether nobody is in line or on the way any more, and the log has all that happened.
async fn is_over(app: &App, flash_drop: &LiveDrop) -> anyhow::Result<bool> {
    let counts = app.queue.counts(flash_drop.id, flash_drop.epoch).await?;
    if counts.waiting + counts.missed + counts.in_flight + counts.occupied > 0 {
        return Ok(false);
    }
    let cursor = log_cursors::find(&app.pool, flash_drop.id).await?;
    Ok(cursor.is_some_and(|cursor| {
        cursor.point.epoch == flash_drop.epoch && cursor.point.evn >= counts.evn
    }))
}
