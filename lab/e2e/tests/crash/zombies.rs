//! A worker that is frozen where it stands still in a gap. Another one takes its work over; then it
//! wakes up in the middle of its own, and must double nothing.

use crate::{
    MACHINE,
    common::runs::Crowd,
    gap,
    gaps::{self, Gap},
};
use ::mutants::{BuildCopy, ServiceVariant};
use anyhow::{Context, ensure};
use check::faults::FaultLog;
use std::time::{Duration, Instant};
use testkit::world::{ProgressReader, SaleProgress, World, WorldOptions};

/// The sale lasts longer than a take-over.
const SHOPPERS: u64 = 320;
const UNITS: u32 = 120;

/// How long a take-over may last: a frozen worker loses its locks after 6 s at most, and what it
/// has claimed of the payments after 7 s.
const TAKEOVER: Duration = Duration::from_secs(30);

const OPEN_PAYMENTS_OF_BEFORE: &str = "
    select count(*) from payments
     where status in ('pending', 'unknown') and created_at < to_timestamp($1::bigint / 1e6)";

#[tokio::test]
async fn a_worker_frozen_in_a_gap_doubles_nothing_when_it_wakes_up() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let gaps = gaps::asked_for(&gaps::OF_ZOMBIES);
    if gaps.is_empty() {
        return Ok(());
    }
    let worker = BuildCopy::of_workspace()?.binary(ServiceVariant::PLAIN).await?;
    let options = WorldOptions { binaries: vec![worker], n_workers: 2, ..WorldOptions::default() };
    let world = World::start("zombies", options).await?;
    for gap in gaps {
        freeze_in(&world, &gap).await?;
    }
    world.stop().await
}

async fn freeze_in(world: &World, gap: &Gap) -> anyhow::Result<()> {
    let (name, started) = (gap.name, Instant::now());
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(8.0);
    crowd.options.admission_rate = 10.0;
    let outcome = crowd.run_while(world, async |log| freeze(world, &log, gap).await).await;
    let outcome = outcome.with_context(|| format!("frozen at {name}"))?;
    println!(
        "frozen at {name}: {} paid, violated {:?}, {:.0} s",
        outcome.run.paid,
        outcome.check.violated(),
        started.elapsed().as_secs_f32()
    );
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3 after a freeze at {name}");
    Ok(())
}

async fn freeze(world: &World, log: &FaultLog, gap: &Gap) -> anyhow::Result<()> {
    let (zombie, other, name) = (&world.workers[0], &world.workers[1], gap.name);
    let (mut progress, began_us) = (world.progress().await, FaultLog::now_us());
    // Alone, the one to be frozen has every lock.
    other.stop().await?;
    gap::hold_at(world, log, zombie, name).await?;
    gap::reached(world, name).await?;
    let before = progress.read().await;
    let (n, words) = (gap.content.count(world, before).await?, gap.content.words());
    ensure!(n > 0, "there were no {words} in the gap {name}");
    zombie.freeze().await?;
    let frozen_us = FaultLog::now_us();
    other.start_again().await?;
    let after = taken_over(world, &mut progress, before, frozen_us).await?;
    println!("frozen at {name}: {n} {words} in the gap, from {before} to {after}");
    gap::lift(world, name)?;
    zombie.thaw().await?;
    log.healed(&format!("{} was frozen at {name}", zombie.name()), began_us)
}

/// Waits until the other worker has gone on with everything, and has settled what the frozen one
/// has begun.
async fn taken_over(
    world: &World,
    progress: &mut ProgressReader,
    before: SaleProgress,
    frozen_us: i64,
) -> anyhow::Result<SaleProgress> {
    let mut now = before;
    let has_gone_on = async || {
        now = progress.read().await;
        now.admissions > before.admissions
            && now.orders > before.orders
            && now.captures > before.captures
            && n_open_payments(world, frozen_us).await == Some(0)
    };
    gap::until("another worker takes over", TAKEOVER, has_gone_on).await?;
    Ok(now)
}

async fn n_open_payments(world: &World, before_us: i64) -> Option<i64> {
    let counting = sqlx::query_scalar(OPEN_PAYMENTS_OF_BEFORE).bind(before_us);
    counting.fetch_one(world.database.pool()).await.ok()
}
