//! The promise of the spine: a crowd of thousands for a few units, undisturbed and under kills.

use crate::MACHINE;
use e2e::{Crowd, Outcome, World, WorldOptions, faults::Victim};
use stack::KafkaMode;

pub(crate) const SHOPPERS: u64 = 3000;
pub(crate) const UNITS: u32 = 500;

pub(crate) async fn run(
    name: &str,
    options: WorldOptions,
    crowd: Crowd,
) -> anyhow::Result<Outcome> {
    let _machine = MACHINE.lock().await;
    let world = World::start(name, options).await?;
    let outcome = crowd.run(&world).await;
    world.stop().await?;
    let outcome = outcome?;
    println!("{name}: {outcome}");
    Ok(outcome)
}

#[tokio::test]
async fn three_thousand_shoppers_for_five_hundred_units() -> anyhow::Result<()> {
    let outcome = run("crowd", WorldOptions::default(), Crowd::new(SHOPPERS, UNITS)).await?;
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3");
    Ok(())
}

#[tokio::test]
async fn every_process_is_killed_once() -> anyhow::Result<()> {
    let crowd = Crowd::new(SHOPPERS, UNITS).killing(&Victim::PROCESSES);
    run("kills", WorldOptions::default(), crowd).await?.assert_clean();
    Ok(())
}

#[tokio::test]
async fn two_admissions_and_two_workers_share_a_drop() -> anyhow::Result<()> {
    let options = WorldOptions { n_admissions: 2, n_workers: 2, ..WorldOptions::default() };
    run("instances", options, Crowd::new(SHOPPERS, UNITS)).await?.assert_clean();
    Ok(())
}

#[tokio::test]
async fn the_embedded_broker_carries_the_same_crowd() -> anyhow::Result<()> {
    let options = WorldOptions { kafka_mode: KafkaMode::Embedded, ..WorldOptions::default() };
    let outcome = run("embedded", options, Crowd::new(SHOPPERS, UNITS)).await?;
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3");
    Ok(())
}
