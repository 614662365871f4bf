//! Two fifths of a crowd leave the page after joining, and half of the others never pay: whoever is next
//! in line has the place of each as soon as it is free.

use crate::{
    common::runs::Crowd,
    half_of_the_machine,
    judged::{FEW_ENDS, required},
    presets::quick,
};
use anyhow::ensure;
use crowd::{Preset, RunOptions};
use shared::invariants::Invariant;
use std::time::Duration;
use testkit::{TestApp, World, app::TestDrop, wait_until};

const SHOPPERS: u64 = 300;
/// More than they buy: nobody waits for a unit.
const UNITS: u32 = 400;
/// Those who don't pay keep their place for so long.
const HOLD_SECONDS: u32 = 6;
/// So few that they decide how fast the line moves, and not the rate.
const PLACES: u32 = 20;
const PER_SECOND: f64 = 100.0;
const ABSENT: f64 = 0.4;
const NEVER_PAY: f64 = 0.5;
/// Share of the places that must have been taken while somebody waited.
const PLACES_IN_USE: f64 = 0.95;
/// Who must have been away at their turn. Before anybody is, those who were here have to be gone for a
/// while.
const LEAST_MISSED: u64 = 20;
const PATIENCE: Duration = Duration::from_secs(120);
/// Cases of each rule, at least.
const LEAST: usize = 40;

#[tokio::test]
async fn two_fifths_of_absentees_leave_hardly_a_place_empty() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::shared(quick()).await? };
    let seller = app.seller().await;
    let flash_drop = seller.flash_drop().units(UNITS).hold_seconds(HOLD_SECONDS).presence();
    let flash_drop = flash_drop.admission_rate(PER_SECOND).order_rate(PER_SECOND);
    let flash_drop = flash_drop.occupancy_cap(PLACES).create().await;
    let outcome = crowd(&flash_drop).run_while(&app.world, async |_| {
        let queue = app.world.redis.queue().await;
        let n_missed = wait_until("absentees who were passed over", PATIENCE, async || {
            let header = queue.room(flash_drop.id).await.ok().flatten()?;
            let counts = queue.counts(flash_drop.id, header.epoch).await.ok()?;
            (counts.missed >= LEAST_MISSED).then_some(counts.missed)
        })
        .await;
        println!("{n_missed} were away at their turn");
        Ok(())
    });
    let outcome = outcome.await;
    app.world.stop().await?;
    let outcome = outcome?;
    println!("absentees: {outcome}");
    outcome.assert_clean();
    let n_absent = outcome.run.ends.get("absent").copied().unwrap_or_default();
    ensure!(n_absent > SHOPPERS / 3, "{n_absent} were absent");
    Ok(())
}

/// Nothing is broken, so nothing is excused.
fn crowd(flash_drop: &TestDrop) -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options = RunOptions {
        preset: Preset::Absentees,
        create: false,
        drop: Some(flash_drop.id),
        absent: Some(ABSENT),
        never_pay: Some(NEVER_PAY),
        over_seconds: Some(8.0),
        ..crowd.options
    };
    let of_sales =
        [(Invariant::Stock1, LEAST), (Invariant::Stock2, LEAST), (Invariant::Pay1, LEAST)];
    crowd.required = required(LEAST, FEW_ENDS, &of_sales);
    crowd.max_excused = Some(0);
    crowd.max_unexpected = Some(SHOPPERS as usize / 50);
    crowd.min_slot_use = Some(PLACES_IN_USE);
    crowd
}
