//! `kill -9` in each gap between two steps of the worker: it stands still there, and is killed.

use crate::{
    MACHINE,
    common::{
        faults::{self, Victim},
        runs::Crowd,
    },
    drop_of_the_crowd, gap,
    gaps::{self, Before, Gap},
};
use ::mutants::{BuildCopy, ServiceVariant};
use anyhow::{Context, ensure};
use check::faults::FaultLog;
use std::time::{Duration, Instant};
use testkit::world::{World, WorldOptions};

const SHOPPERS: u64 = 150;
const UNITS: u32 = 40;

/// So many stand in a line before it is lost.
const LINE: u64 = 20;
/// How long the line may take to form.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn core_a_kill_in_a_gap_of_each_role_loses_nothing_and_doubles_nothing() -> anyhow::Result<()>
{
    kill_in_each(&gaps::CORE).await
}

#[tokio::test]
async fn a_kill_in_any_other_gap_loses_nothing_and_doubles_nothing() -> anyhow::Result<()> {
    kill_in_each(&gaps::OTHERS).await
}

async fn kill_in_each(gaps: &[Gap]) -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let gaps = gaps::asked_for(gaps);
    if gaps.is_empty() {
        return Ok(());
    }
    let worker = BuildCopy::of_workspace()?.binary(ServiceVariant::PLAIN).await?;
    // Short, so that the reconciler comes before the line is told of the order in another way.
    let options = WorldOptions { binaries: vec![worker], ..WorldOptions::default() }
        .set("SLUICE_LINE__EXTENDED_LEASE_MS", "500");
    let world = World::start("gaps", options).await?;
    for gap in gaps {
        kill_in(&world, &gap).await?;
    }
    world.stop().await
}

async fn kill_in(world: &World, gap: &Gap) -> anyhow::Result<()> {
    let (name, started) = (gap.name, Instant::now());
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(6.0);
    crowd.options.hold_seconds = 3;
    crowd.options.admission_rate = 40.0;
    let outcome = crowd.run_while(world, async |log| visit(world, &log, gap).await).await;
    let outcome = outcome.with_context(|| format!("kill at {name}"))?;
    println!(
        "kill at {name}: {} paid, violated {:?}, {:.0} s",
        outcome.run.paid,
        outcome.check.violated(),
        started.elapsed().as_secs_f32()
    );
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3 after a kill at {name}");
    Ok(())
}

/// Brings the worker to the gap while the crowd is there, kills it and starts it again. Fails when
/// the gap held nothing.
async fn visit(world: &World, log: &FaultLog, gap: &Gap) -> anyhow::Result<()> {
    let (worker, mut name) = (&world.workers[0], gap.name.to_owned());
    let mut progress = world.progress().await;
    match gap.before {
        Before::Nothing => {}
        // Its first room is to be there: that one is built in the same steps.
        Before::LostLine => {
            let has_line = async || progress.read().await.joins >= LINE;
            gap::until("a line to lose", PATIENCE, has_line).await?;
            // All lines are lost; it is this one's turn that counts.
            name = format!("{name}:{}", drop_of_the_crowd(world).await?);
        }
        Before::KillAt(first) => {
            gap::hold_at(world, log, worker, first).await?;
            gap::reached(world, first).await?;
        }
    }
    gap::hold_at(world, log, worker, &name).await?;
    if let Before::LostLine = gap.before {
        faults::strike(world, log, Victim::RedisKeys, &mut progress).await?;
    }
    gap::reached(world, &name).await?;
    let now = progress.read().await;
    let (n, words) = (gap.content.count(world, now).await?, gap.content.words());
    println!("kill at {name}: {n} {words} in the gap, after {now}");
    ensure!(n > 0, "there were no {words} in the gap {name}");
    gap::kill(log, worker).await
}
