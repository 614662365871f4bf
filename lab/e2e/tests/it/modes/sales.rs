//! Two sales at once that are taken through every mode: of as many units as were asked for at the join, and
//! of as many as are chosen at the turn.

use super::{
    GIVE_UP_SECONDS, LAST_PER_SECOND, required, several_of_each,
    tour::{MODES, Tour},
};
use crate::{
    common::runs::{Crowd, Outcome, faults_file},
    half_of_the_machine,
    presets::at_least,
};
use anyhow::ensure;
use check::faults::FaultLog;
use crowd::RunOptions;
use futures_util::future::try_join_all;
use shared::{drops::DropMode, invariants::Invariant};
use testkit::{
    TestApp, World,
    app::{DropBuilder, TestDrop},
};

/// Of each sale.
const SHOPPERS: u64 = 240;
const OVER_SECONDS: f64 = 24.0;
const FIRST_IN_LINE: u64 = 20;
/// Who has come before nobody may: those who pay would take more than all units.
const BEFORE_DRAIN: u64 = 200;
/// In the first sale, each takes one.
const UNITS: u32 = 100;
/// In the second, each chooses among so many.
const MOST_EACH: u32 = 3;
const UNITS_TO_CHOOSE: u32 = 180;
/// How often fewer than all must have been chosen.
const CHOICES: u64 = 20;
/// So few that units are left when all modes have been seen, however slow the machine is.
const PER_SECOND: f64 = 1.0;
const ORDERS_PER_SECOND: f64 = 40.0;
const PLACES: u32 = 40;
const HOLD_SECONDS: u32 = 8;
/// Cases of each rule, at least: the second sale is over after sixty orders if everybody takes all.
const LEAST: usize = 50;

#[tokio::test]
async fn restarts_in_every_mode_sell_each_unit_once_also_where_units_are_chosen_at_the_turn()
-> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::start("modes-of-sales", several_of_each()).await? };
    let seller = app.seller().await;
    let chosen = seller.flash_drop().units(UNITS_TO_CHOOSE).max_units(MOST_EACH).checkout();
    let drops = [open(seller.flash_drop().units(UNITS)).await, open(chosen).await];
    let outcomes = sell(&app, &drops).await;
    app.world.stop().await?;
    let outcomes = outcomes?;
    ensure!(outcomes.len() == drops.len(), "{} sales were judged", outcomes.len());
    for outcome in &outcomes {
        println!("modes of a sale: {outcome}");
        outcome.assert_clean();
        let n_in_vain = outcome.run.ends.get("closed_sold_out").copied().unwrap_or_default();
        ensure!(n_in_vain > 0, "nobody waited until it was sold out:\n{}", outcome.run);
    }
    assert_eq!(outcomes[0].run.paid, u64::from(UNITS), "STOCK-3");
    at_least(&outcomes[1].run, "units chosen", CHOICES)
}

async fn open(flash_drop: DropBuilder) -> TestDrop {
    let flash_drop = flash_drop.hold_seconds(HOLD_SECONDS).presence();
    let flash_drop = flash_drop.admission_rate(PER_SECOND).order_rate(ORDERS_PER_SECOND);
    flash_drop.occupancy_cap(PLACES).create().await
}

/// Sends a crowd to each, while an operator goes through the modes, and judges each.
async fn sell(app: &TestApp, drops: &[TestDrop]) -> anyhow::Result<Vec<Outcome>> {
    let crowds: Vec<(Crowd, RunOptions)> =
        (1..).zip(drops).map(|(nth, flash_drop)| crowd_in(&app.world, nth, flash_drop)).collect();
    let runs = try_join_all(crowds.iter().map(|(_, options)| crowd::run(options.clone())));
    let (runs, ()) = tokio::try_join!(runs, through_all_modes(app, drops))?;
    let mut outcomes = Vec::new();
    for ((crowd, options), run) in crowds.into_iter().zip(runs) {
        let history = options.history.unwrap_or_default();
        outcomes.push(crowd.judge(&app.world, run, history).await?);
    }
    Ok(outcomes)
}

async fn through_all_modes(app: &TestApp, drops: &[TestDrop]) -> anyhow::Result<()> {
    let mut tour = Tour::begin(app, drops, FaultLog::new(faults_file(&app.world))).await;
    tour.wait_joined(FIRST_IN_LINE).await;
    for mode in MODES {
        if mode == DropMode::Drain {
            tour.wait_joined(BEFORE_DRAIN).await;
        }
        tour.through(mode).await?;
    }
    tour.set_limits(LAST_PER_SECOND, 2 * PLACES).await;
    Ok(())
}

/// The crowd of one of the sales, with its options: it has a history of its own.
fn crowd_in(world: &World, nth: u64, flash_drop: &TestDrop) -> (Crowd, RunOptions) {
    let mut crowd = Crowd::new(SHOPPERS, 0);
    crowd.options = RunOptions {
        create: false,
        drop: Some(flash_drop.id),
        absent: Some(0.1),
        never_pay: Some(0.1),
        over_seconds: Some(OVER_SECONDS),
        give_up_after_seconds: GIVE_UP_SECONDS,
        seed: nth,
        ..crowd.options
    };
    crowd.max_excused = Some(0);
    let of_sales = [
        (Invariant::Stock1, LEAST),
        (Invariant::Stock2, LEAST),
        (Invariant::Stock3, LEAST),
        (Invariant::Pay1, LEAST),
        (Invariant::Pay2, LEAST),
    ];
    crowd.required = required(LEAST, &of_sales);
    let history = world.fleet.dir.join(format!("history-{nth}.jsonl"));
    let options = RunOptions { history: Some(history), ..crowd.options_in(world) };
    (crowd, options)
}
