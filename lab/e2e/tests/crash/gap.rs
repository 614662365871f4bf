//! A worker that stands still in a gap between two steps.

use anyhow::Context;
use check::faults::FaultLog;
use stack::Service;
use std::{path::PathBuf, time::Duration};
use testkit::world::World;
use tokio::time::{sleep, timeout};

/// How long the worker may take to come to a gap.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Kills the worker and starts it so that it stands still at this `pause_point!`.
pub(crate) async fn hold_at(
    world: &World,
    log: &FaultLog,
    worker: &Service,
    gap: &str,
) -> anyhow::Result<()> {
    let mark = mark(world, gap);
    let _ = std::fs::remove_file(&mark);
    worker.set_env([
        ("SLUICE_PAUSEPOINT", gap.to_owned()),
        ("SLUICE_PAUSEPOINT_FILE", mark.display().to_string()),
    ]);
    kill_and_start(log, worker).await
}

/// Waits until the worker stands still there.
pub(crate) async fn reached(world: &World, gap: &str) -> anyhow::Result<()> {
    let mark = mark(world, gap);
    until(&format!("the worker at {gap}"), PATIENCE, async || mark.exists()).await
}

/// Kills the worker where it stands and starts it without a gap to stand still in.
pub(crate) async fn kill(log: &FaultLog, worker: &Service) -> anyhow::Result<()> {
    worker.set_env([("SLUICE_PAUSEPOINT", "")]);
    kill_and_start(log, worker).await
}

/// Lets the worker go on.
pub(crate) fn lift(world: &World, gap: &str) -> anyhow::Result<()> {
    let mark = mark(world, gap);
    std::fs::remove_file(&mark).with_context(|| format!("cannot delete {}", mark.display()))
}

/// Waits until it holds; `what` names it when it does not come to it in time.
pub(crate) async fn until(
    what: &str,
    at_most: Duration,
    mut holds: impl AsyncFnMut() -> bool,
) -> anyhow::Result<()> {
    let waiting = async {
        while !holds().await {
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(at_most, waiting).await.with_context(|| format!("{what}: not within {at_most:?}"))
}

async fn kill_and_start(log: &FaultLog, worker: &Service) -> anyhow::Result<()> {
    let began_us = FaultLog::now_us();
    worker.kill9().await?;
    worker.start_again().await?;
    log.healed(&format!("kill -9 of {}", worker.name()), began_us)
}

fn mark(world: &World, gap: &str) -> PathBuf {
    world.fleet.dir.join(format!("{gap}.reached"))
}
