//! The promise of the spine: a crowd of thousands for a few units, undisturbed and under kills.

use crate::{
    MACHINE,
    common::{
        faults::{self, Victim},
        runs::{Crowd, Outcome},
    },
};
use shared::config::KafkaMode;
use std::time::Duration;
use testkit::{World, WorldOptions};

const SHOPPERS: u64 = 3000;
const UNITS: u32 = 500;

/// Before each kill.
const PAUSE: Duration = Duration::from_secs(3);

/// Sends the crowd through a world of its own and takes the victims away meanwhile.
pub(crate) async fn run(
    name: &str,
    options: WorldOptions,
    victims: &[Victim],
    pause: Duration,
) -> anyhow::Result<Outcome> {
    let _machine = MACHINE.lock().await;
    let world = World::start(name, options).await?;
    let crowd = Crowd::new(SHOPPERS, UNITS);
    let outcome = crowd
        .run_while(&world, async |log| faults::strike(&world, &log, victims, pause).await)
        .await;
    world.stop().await?;
    let outcome = outcome?;
    println!("{name}: {outcome}");
    Ok(outcome)
}

#[tokio::test]
async fn three_thousand_shoppers_for_five_hundred_units() -> anyhow::Result<()> {
    let outcome = run("crowd", WorldOptions::default(), &[], PAUSE).await?;
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3");
    Ok(())
}

#[tokio::test]
async fn every_process_is_killed_once() -> anyhow::Result<()> {
    run("kills", WorldOptions::default(), &Victim::PROCESSES, PAUSE).await?.assert_clean();
    Ok(())
}

#[tokio::test]
async fn two_admissions_and_two_workers_share_a_drop() -> anyhow::Result<()> {
    let options = WorldOptions { n_admissions: 2, n_workers: 2, ..WorldOptions::default() };
    run("instances", options, &[], PAUSE).await?.assert_clean();
    Ok(())
}

#[tokio::test]
async fn the_embedded_broker_carries_the_same_crowd() -> anyhow::Result<()> {
    let options = WorldOptions { kafka_mode: KafkaMode::Embedded, ..WorldOptions::default() };
    let outcome = run("embedded", options, &[], PAUSE).await?;
    outcome.assert_clean();
    assert_eq!(outcome.run.paid, u64::from(UNITS), "STOCK-3");
    Ok(())
}
