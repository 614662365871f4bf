//! `kill -9` in each gap between two steps of the worker: it stands still there, and is killed.

use crate::MACHINE;
use anyhow::Context;
use crowd::faults::FaultLog;
use e2e::{
    Crowd, World, WorldOptions,
    faults::{self, Victim},
};
use stack::Service;
use std::{
    path::Path,
    time::{Duration, Instant},
};

const SHOPPERS: u64 = 150;
const UNITS: u32 = 40;

/// How long the worker may take to come to a gap.
const PATIENCE: Duration = Duration::from_secs(20);

/// What brings the worker to a gap that an undisturbed one never sees.
enum Before {
    Nothing,
    /// A line to rebuild.
    LostLine,
    /// Something that another gap left undone.
    KillAt(&'static str),
}

/// Every gap: each `pause_point!` of the worker.
const GAPS: [(&str, Before); 24] = [
    ("log.after_produce", Before::Nothing),
    ("log.after_ack", Before::Nothing),
    ("log.after_cursor", Before::Nothing),
    ("drain.after_admit", Before::Nothing),
    ("drain.after_produce", Before::Nothing),
    ("drain.after_ack", Before::Nothing),
    ("drain.after_extend", Before::Nothing),
    ("orders.after_poll", Before::Nothing),
    ("orders.after_commit", Before::Nothing),
    ("orders.after_settle", Before::Nothing),
    ("line.after_finish", Before::Nothing),
    ("payments.before_call", Before::Nothing),
    ("payments.after_call", Before::Nothing),
    ("payments.after_commit", Before::Nothing),
    ("sweeper.after_commit", Before::Nothing),
    ("relay.after_produce", Before::Nothing),
    ("relay.after_ack", Before::Nothing),
    ("reconciler.after_ack", Before::KillAt("drain.after_admit")),
    ("reconciler.after_settle", Before::KillAt("orders.after_commit")),
    ("log.rebuild_after_begin", Before::LostLine),
    ("log.rebuild_after_log", Before::LostLine),
    ("log.rebuild_after_boundary", Before::LostLine),
    ("log.rebuild_after_truth", Before::LostLine),
    ("log.rebuild_after_open", Before::LostLine),
];

#[tokio::test]
async fn a_kill_in_any_gap_loses_nothing_and_doubles_nothing() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let options = WorldOptions { with_mutants: true, ..WorldOptions::default() };
    let world = World::start("pauses", options).await?;
    let outcome = try_all(&world).await;
    world.stop().await?;
    outcome
}

async fn try_all(world: &World) -> anyhow::Result<()> {
    for (gap, before) in &GAPS {
        let started = Instant::now();
        let mut crowd = Crowd::new(SHOPPERS, UNITS);
        crowd.options.over_seconds = Some(6.0);
        crowd.options.admission_rate = 40.0;
        let outcome = crowd.run_while(world, async |log| visit(world, &log, gap, before).await);
        let outcome = outcome.await.with_context(|| format!("kill at {gap}"))?;
        println!(
            "kill at {gap}: {} paid, violated {:?}, {:.0} s",
            outcome.run.paid,
            outcome.check.violated(),
            started.elapsed().as_secs_f32()
        );
        outcome.assert_clean();
        assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3 after a kill at {gap}");
    }
    Ok(())
}

/// Brings the worker to the gap while the crowd is there, kills it and starts it again.
async fn visit(world: &World, log: &FaultLog, gap: &str, before: &Before) -> anyhow::Result<()> {
    let worker = &world.workers[0];
    let began_us = FaultLog::now_us();
    match before {
        Before::Nothing | Before::LostLine => hold_at(world, worker, gap).await?,
        Before::KillAt(first) => {
            hold_at(world, worker, first).await?;
            reached(&mark(world, first)).await.with_context(|| (*first).to_owned())?;
            hold_at(world, worker, gap).await?;
        }
    }
    log.healed("kill -9 of worker", began_us)?;
    if matches!(before, Before::LostLine) {
        faults::strike(world, log, &[Victim::RedisKeys], Duration::from_secs(3)).await?;
    }
    reached(&mark(world, gap)).await?;
    let began_us = FaultLog::now_us();
    worker.set_env([("SLUICE_PAUSEPOINT", "")]);
    kill_and_start(worker).await?;
    log.healed(&format!("kill -9 of worker at {gap}"), began_us)
}

/// Starts the worker so that it stands still at this point.
async fn hold_at(world: &World, worker: &Service, point: &str) -> anyhow::Result<()> {
    let mark = mark(world, point);
    let _ = std::fs::remove_file(&mark);
    worker.set_env([
        ("SLUICE_PAUSEPOINT", point.to_owned()),
        ("SLUICE_PAUSEPOINT_FILE", mark.display().to_string()),
    ]);
    kill_and_start(worker).await
}

async fn kill_and_start(worker: &Service) -> anyhow::Result<()> {
    worker.kill9().await?;
    Ok(worker.start_again().await?)
}

fn mark(world: &World, point: &str) -> std::path::PathBuf {
    world.fleet.dir.join(format!("{point}.reached"))
}

async fn reached(mark: &Path) -> anyhow::Result<()> {
    let appears = async {
        while !mark.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, appears).await.context("the worker never came there")
}
