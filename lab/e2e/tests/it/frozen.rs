//! A worker that is frozen: its connections stay, and nothing comes from it.

use crate::{MACHINE, common::runs::Crowd};
use anyhow::{Context, ensure};
use check::faults::FaultLog;
use stack::Service;
use std::{process::Command, time::Duration};
use testkit::{TestApp, World, WorldOptions};
use tokio::time::{Instant, sleep};

/// Until then, another worker has taken over.
const TAKEOVER: Duration = Duration::from_secs(15);
/// Before each worker is frozen, with a crowd.
const PAUSE: Duration = Duration::from_secs(2);
/// Longer than a frozen worker keeps its locks.
const FROZEN: Duration = Duration::from_secs(8);

fn two_workers() -> WorldOptions {
    WorldOptions { n_workers: 2, ..WorldOptions::default() }
}

/// Sends a signal, such as `STOP`.
fn signal(worker: &Service, name: &str) -> anyhow::Result<()> {
    let pid = worker.pid().context("the worker has ended")?;
    let kill = format!("kill -{name} {pid}");
    let status = Command::new("sh").args(["-c", &kill]).status()?;
    ensure!(status.success(), "{kill}: {status}");
    Ok(())
}

#[tokio::test]
async fn another_worker_takes_over_from_one_that_is_frozen() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let app = TestApp { world: World::shared(two_workers()).await? };
    let flash_drop = app.seller().await.flash_drop().hold_seconds(300).create().await;
    // Whichever has the locks at first, the second one that is frozen has them all.
    for worker in &app.world.workers {
        signal(worker, "STOP")?;
        let frozen_at = Instant::now();
        let meanwhile = app.shopper().await;
        meanwhile.join(&flash_drop).await;
        meanwhile.wait_order("reserved").await;
        let took = frozen_at.elapsed();
        assert!(took < TAKEOVER, "the order had to wait for {took:?}");

        signal(worker, "CONT")?;
        let afterwards = app.shopper().await;
        afterwards.join(&flash_drop).await;
        afterwards.wait_order("reserved").await;
    }

    let database = &app.world.database;
    for each_once in [
        "select count(*) from orders where state = 'reserved'",
        "select count(*) from inventory_moves where kind = 'reserve'",
        "select sum(reserved)::bigint from inventory",
    ] {
        assert_eq!(database.scalar::<i64>(each_once).await, 4, "{each_once}");
    }
    assert_eq!(database.scalar::<i64>("select count(*) from dead_letters").await, 0);
    app.world.stop().await
}

#[tokio::test]
async fn a_crowd_loses_nothing_when_each_worker_is_frozen_once() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let world = World::start("frozen", two_workers()).await?;
    let outcome = slow_crowd().run_while(&world, async |log| freeze_each(&world, &log).await).await;
    world.stop().await?;
    outcome?.assert_clean();
    Ok(())
}

/// A crowd whose units last longer than both freezes.
fn slow_crowd() -> Crowd {
    let mut crowd = Crowd::new(400, 150);
    crowd.options.over_seconds = Some(20.0);
    crowd.options.admission_rate = 6.0;
    crowd
}

async fn freeze_each(world: &World, log: &FaultLog) -> anyhow::Result<()> {
    for worker in &world.workers {
        sleep(PAUSE).await;
        let began_us = FaultLog::now_us();
        signal(worker, "STOP")?;
        sleep(FROZEN).await;
        signal(worker, "CONT")?;
        log.healed(&format!("{} was frozen", worker.name()), began_us)?;
    }
    Ok(())
}
