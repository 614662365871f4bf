//! `kill -9` in each gap between two steps of the worker: it stands still there, and is killed.

use crate::{
    MACHINE, chosen,
    common::{
        faults::{self, Victim},
        runs::Crowd,
    },
    gap,
};
use ::mutants::{BuildCopy, WorkerVariant};
use anyhow::Context;
use check::faults::FaultLog;
use std::time::{Duration, Instant};
use testkit::world::{World, WorldOptions};

const SHOPPERS: u64 = 150;
const UNITS: u32 = 40;

/// How long a line forms before it is lost.
const LINE_FORMS: Duration = Duration::from_secs(3);

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
    let worker = BuildCopy::of_workspace()?.worker(WorkerVariant::PLAIN).await?;
    // Short, so that the reconciler comes before the shopper's payment has settled the ticket.
    let options = WorldOptions { worker_binary: Some(worker), ..WorldOptions::default() }
        .set("SLUICE_LINE__EXTENDED_LEASE_MS", "500");
    let world = World::start("pauses", options).await?;
    let outcome = try_all(&world).await;
    world.stop().await?;
    outcome
}

async fn try_all(world: &World) -> anyhow::Result<()> {
    let chosen = chosen("SLUICE_E2E_GAP");
    for (name, before) in
        GAPS.iter().filter(|(name, _)| chosen.as_ref().is_none_or(|one| one == name))
    {
        let started = Instant::now();
        let mut crowd = Crowd::new(SHOPPERS, UNITS);
        crowd.options.over_seconds = Some(6.0);
        crowd.options.admission_rate = 40.0;
        let outcome = crowd.run_while(world, async |log| visit(world, &log, name, before).await);
        let outcome = outcome.await.with_context(|| format!("kill at {name}"))?;
        println!(
            "kill at {name}: {} paid, violated {:?}, {:.0} s",
            outcome.run.paid,
            outcome.check.violated(),
            started.elapsed().as_secs_f32()
        );
        outcome.assert_clean();
        assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3 after a kill at {name}");
    }
    Ok(())
}

/// Brings the worker to the gap while the crowd is there, kills it and starts it again.
async fn visit(world: &World, log: &FaultLog, name: &str, before: &Before) -> anyhow::Result<()> {
    let worker = &world.workers[0];
    match before {
        Before::Nothing => {}
        // Its first room is to be there: that one is built in the same steps.
        Before::LostLine => tokio::time::sleep(LINE_FORMS).await,
        Before::KillAt(first) => {
            gap::hold_at(world, log, worker, first).await?;
            gap::reached(world, first).await?;
        }
    }
    gap::hold_at(world, log, worker, name).await?;
    if let Before::LostLine = before {
        let mut progress = world.progress().await;
        faults::strike(world, log, Victim::RedisKeys, &mut progress).await?;
    }
    gap::reached(world, name).await?;
    gap::kill(log, worker).await
}
