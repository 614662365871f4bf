//! Redis is several servers: another one becomes the master, or a room goes to another node, while a
//! crowd is in line.

use crate::{MACHINE, people, runs::Crowd};
use anyhow::{Context, ensure};
use check::faults::FaultLog;
use std::time::Duration;
use testkit::{
    World, WorldOptions,
    operators::{fail_over_to, first_holder, move_slot, slot_of},
    world::ProgressReader,
};
use tokio::time::sleep;

const SHOPPERS: u64 = 800;
const UNITS: u32 = 250;
/// Long enough that people come before, between and after.
const OVER_SECONDS: f64 = 90.0;
/// So many join once it is over: the line is where it is now.
const N_AFTERWARDS: u64 = 40;
/// How long a room is on two nodes at each of the steps in which its keys move.
const ON_BOTH: Duration = Duration::from_millis(300);

fn crowd() -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(OVER_SECONDS);
    crowd.options.admission_rate = 10.0;
    crowd.options.order_rate = 40.0;
    people::judge(&mut crowd, &[]);
    crowd
}

/// Sends the crowd through a world, with something that is done to it meanwhile.
async fn run(
    world: World,
    meanwhile: impl AsyncFnOnce(&World, FaultLog) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let outcome = crowd().run_while(&world, async |log| meanwhile(&world, log).await).await;
    world.stop().await?;
    let outcome = outcome?;
    println!("Redis was moved: {outcome}");
    outcome.assert_clean();
    Ok(())
}

/// Writes down what was done, and waits until people join where the line is now.
async fn goes_on(
    progress: &mut ProgressReader,
    log: &FaultLog,
    what: &str,
    began_us: i64,
) -> anyhow::Result<()> {
    let now = progress.read().await;
    people::reach(progress, now.joins + N_AFTERWARDS).await?;
    // Until the line was built anew, joins were refused for it.
    log.healed(&format!("Redis: {what}, at {now}"), began_us)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_goes_through_a_failover_of_its_redis_and_back() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let options = WorldOptions { redis_sentinels: true, ..WorldOptions::default() };
    let world = World::start("faults-redis-failover", options).await?;
    run(world, async |world, log| {
        let all = world.redis_sentinels.as_ref().context("a world with sentinels")?;
        let mut progress = world.progress().await;
        people::reach(&mut progress, SHOPPERS / 10).await?;
        for (server, what) in [(all.heir(), "a replica took over"), (all.master(), "and back")] {
            let began_us = FaultLog::now_us();
            fail_over_to(all, server).await;
            goes_on(&mut progress, &log, what, began_us).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_goes_with_its_slot_to_another_of_three_masters() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let options = WorldOptions { redis_cluster: true, ..WorldOptions::default() };
    let world = World::start("faults-redis-slot", options).await?;
    run(world, async |world, log| {
        let cluster = world.redis_cluster.as_ref().context("a world with a cluster")?;
        let mut progress = world.progress().await;
        people::reach(&mut progress, SHOPPERS / 10).await?;
        let drop_id = progress.drop_id().context("a drop that somebody has joined")?;
        let slot = slot_of(cluster, drop_id).await;
        let (from, began_us) = (first_holder(slot), FaultLog::now_us());
        let to = (from + 1) % 3;
        move_slot(cluster, slot, (from, to), async || sleep(ON_BOTH).await).await;
        goes_on(&mut progress, &log, "its slot moved", began_us).await?;
        let after = progress.read().await;
        ensure!(after.joins < SHOPPERS, "everybody had joined by then: {after}");
        Ok(())
    })
    .await
}
