//! An operator on the way through the modes, while processes are restarted.

use super::{PATIENCE, newcomers};
use crate::restarts::Restarts;
use anyhow::ensure;
use check::faults::FaultLog;
use queue::Queue;
use serde_json::json;
use shared::{drops::DropMode, line::RoomCounts};
use testkit::{
    TestApp,
    app::{Operator, TestDrop},
    wait_until,
};

/// In this order; before the first, a line runs as usual.
pub(super) const MODES: [DropMode; 6] = [
    DropMode::Paused,
    DropMode::Drain,
    DropMode::Hold,
    DropMode::Maintenance,
    DropMode::Stopped,
    DropMode::Running,
];
/// Who is let in at least, in a mode that lets people in, once nothing is away.
const LET_IN: u64 = 5;

/// An operator who does the same with each of these lines.
pub(super) struct Tour<'a> {
    app: &'a TestApp,
    drops: &'a [TestDrop],
    operator: Operator,
    queue: Queue,
    restarts: Restarts<'a>,
}

impl<'a> Tour<'a> {
    pub(super) async fn begin(app: &'a TestApp, drops: &'a [TestDrop], log: FaultLog) -> Self {
        let operator = app.operator().await;
        let queue = app.world.redis.queue().await;
        Self { app, drops, operator, queue, restarts: Restarts::new(&app.world, log) }
    }

    /// Waits until so many have joined each line.
    pub(super) async fn wait_joined(&self, least: u64) {
        for flash_drop in self.drops {
            wait_until("people in line", PATIENCE, async || {
                (counts(&self.queue, flash_drop).await.joined >= least).then_some(())
            })
            .await;
        }
    }

    /// Sets a mode while one process is away, restarts one of the other kind in it, and sees that it
    /// does what it says.
    pub(super) async fn through(&mut self, mode: DropMode) -> anyhow::Result<()> {
        let [first, second] = self.restarts.draw();
        let (drops, operator, queue) = (self.drops, &self.operator, &self.queue);
        let setting = async {
            for flash_drop in drops {
                operator.set_mode(flash_drop, mode).await;
                wait_mode(queue, flash_drop, mode).await;
            }
        };
        self.restarts.restart(first, &format!("and then {mode}"), setting).await?;
        let before = self.counts().await;
        self.restarts.restart(second, &format!("while {mode}"), async {}).await?;
        for flash_drop in self.drops {
            newcomers::are_answered(self.app, flash_drop, mode).await?;
        }
        if mode.admits() {
            self.wait_let_in(&before).await;
        }
        for (before, after) in before.iter().zip(&self.counts().await) {
            println!("{mode}: from {before:?} to {after:?}");
            does_what_it_says(mode, before, after)?;
        }
        Ok(())
    }

    /// Lets so many in per second, and so many be let in and not finished.
    pub(super) async fn set_limits(&self, per_second: f64, places: u32) {
        for flash_drop in self.drops {
            let limits =
                json!({ "admission_rate_per_second": per_second, "occupancy_cap": places });
            self.operator.set_limits(flash_drop, limits).await;
        }
    }

    async fn counts(&self) -> Vec<RoomCounts> {
        let mut all = Vec::new();
        for flash_drop in self.drops {
            all.push(counts(&self.queue, flash_drop).await);
        }
        all
    }

    /// Waits until each line has let some in.
    async fn wait_let_in(&self, before: &[RoomCounts]) {
        for (flash_drop, before) in self.drops.iter().zip(before) {
            wait_until("somebody let in", PATIENCE, async || {
                let now = counts(&self.queue, flash_drop).await;
                (n_let_in(&now) >= n_let_in(before) + LET_IN).then_some(())
            })
            .await;
        }
    }
}

/// Nobody is let in, nobody joins, where the mode says so.
fn does_what_it_says(
    mode: DropMode,
    before: &RoomCounts,
    after: &RoomCounts,
) -> anyhow::Result<()> {
    let n_more = n_let_in(after) - n_let_in(before);
    ensure!(mode.admits() || n_more == 0, "{n_more} were let in while {mode}");
    let n_joins = after.joined - before.joined;
    ensure!(newcomers::refusal(mode).is_none() || n_joins == 0, "{n_joins} joined while {mode}");
    Ok(())
}

async fn wait_mode(queue: &Queue, flash_drop: &TestDrop, mode: DropMode) {
    wait_until(&format!("room that is {mode}"), PATIENCE, async || {
        let header = queue.room(flash_drop.id).await.ok().flatten()?;
        (header.config.mode == mode).then_some(())
    })
    .await;
}

async fn counts(queue: &Queue, flash_drop: &TestDrop) -> RoomCounts {
    wait_until("counts of the room", PATIENCE, async || {
        let header = queue.room(flash_drop.id).await.ok().flatten()?;
        queue.counts(flash_drop.id, header.epoch).await.ok()
    })
    .await
}

const fn n_let_in(counts: &RoomCounts) -> u64 {
    counts.occupied + counts.ordered
}
