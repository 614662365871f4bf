//! Crowds that have a name, each in a small run that is judged. `crowd presets` tells what they do.
//!
//! Each run says what it must have judged, and how often its crowd did what it is named for: one
//! that did nothing of its own would show nothing.

use crate::{
    acts::Paces,
    common::runs::Crowd,
    half_of_the_machine,
    judged::{FEW_ENDS, of_sale, required},
};
use anyhow::{Context, ensure};
use crowd::{Preset, RunOptions, RunReport};
use shared::invariants::Invariant;
use testkit::{World, WorldOptions};

/// A small sale to a crowd with a name.
#[derive(Clone, Copy)]
struct SmallSale {
    preset: Preset,
    shoppers: u64,
    /// Of each drop; fewer than those who pay would take.
    units: u32,
    over_seconds: f64,
    hold_seconds: u32,
    limits: Paces,
}

const SPIKE: SmallSale = SmallSale {
    preset: Preset::Spike,
    shoppers: 300,
    units: 80,
    over_seconds: 8.0,
    hold_seconds: 5,
    limits: Paces { admission_rate: 30.0, order_rate: 40.0, occupancy_cap: 60 },
};

const LATE_SURGE: SmallSale = SmallSale { preset: Preset::LateSurge, ..SPIKE };
/// The line moves slowly, so that there is time for some reloads and cuts.
const REFRESH_STORM: SmallSale = SmallSale {
    preset: Preset::RefreshStorm,
    limits: Paces { admission_rate: 10.0, ..SPIKE.limits },
    ..SPIKE
};
const RECONNECT_CHURN: SmallSale = SmallSale { preset: Preset::ReconnectChurn, ..REFRESH_STORM };
const MANY_TABS: SmallSale = SmallSale { preset: Preset::ManyTabs, shoppers: 200, ..SPIKE };
/// Half of the turns lead to nothing, so that units are held again and again.
const ABSENTEES: SmallSale =
    SmallSale { preset: Preset::Absentees, units: 40, hold_seconds: 4, ..SPIKE };
const BOTS: SmallSale = SmallSale { preset: Preset::Bots, ..ABSENTEES };
const TWO_HOT_DROPS: SmallSale =
    SmallSale { preset: Preset::TwoHotDrops, shoppers: 150, units: 40, ..SPIKE };

/// Visitors of a site, and how many may be inside.
const N_VISITORS: u64 = 120;
const MAX_INSIDE: u32 = 20;
/// Share of the places that must have been taken while somebody waited. One that is given back is
/// free for up to a second, until the line hears of it.
const PLACES_IN_USE: f64 = 0.5;

#[tokio::test]
async fn a_spike_is_served_in_its_order() -> anyhow::Result<()> {
    SPIKE.sell(quick()).await.map(drop)
}

#[tokio::test]
async fn a_late_surge_finds_the_line_as_the_first_ones_left_it() -> anyhow::Result<()> {
    LATE_SURGE.sell(quick()).await.map(drop)
}

#[tokio::test]
async fn a_refresh_storm_costs_nobody_a_place() -> anyhow::Result<()> {
    let run = REFRESH_STORM.sell(quick()).await?;
    at_least(&run, "page read again", run.shoppers)
}

#[tokio::test]
async fn streams_that_are_cut_over_and_over_lose_nothing() -> anyhow::Result<()> {
    let run = RECONNECT_CHURN.sell(quick()).await?;
    at_least(&run, "stream opened", 2 * run.shoppers)
}

#[tokio::test]
async fn half_a_crowd_of_absentees_holds_nobody_up_for_good() -> anyhow::Result<()> {
    let run = ABSENTEES.sell(quick()).await?;
    let n_absent = run.ends.get("absent").copied().unwrap_or_default();
    ensure!(n_absent > run.shoppers / 3, "{n_absent} of {} were absent", run.shoppers);
    Ok(())
}

#[tokio::test]
async fn many_tabs_are_one_shopper() -> anyhow::Result<()> {
    let run = MANY_TABS.sell(quick()).await?;
    at_least(&run, "stream opened", 2 * run.shoppers)
}

#[tokio::test]
async fn bots_with_free_identities_keep_no_unit_from_people() -> anyhow::Result<()> {
    let trusting = quick()
        .set("SLUICE_EDGE__TRUSTED_PROXIES", "127.0.0.1/32")
        .set("SLUICE_ABUSE__POW_MODE", "off");
    let run = BOTS.sell(trusting).await?;
    ensure!(run.bots > run.shoppers / 3, "{} bots", run.bots);
    ensure!(run.bots_admitted > 0, "no bot had its turn");
    Ok(())
}

#[tokio::test]
async fn two_hot_drops_sell_at_once_and_are_judged_apart() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let world = World::shared(quick()).await?;
    let crowd = TWO_HOT_DROPS.crowd();
    let judged = async {
        let mut outcomes = Vec::new();
        for (nth, run) in (1..).zip(crowd::run_all(&crowd.options_in(&world)).await?) {
            let history = world.fleet.dir.join(format!("history-{nth}.jsonl"));
            outcomes.push(crowd.judge(&world, run, history).await?);
        }
        anyhow::Ok(outcomes)
    };
    let judged = judged.await;
    world.stop().await?;
    let outcomes = judged?;
    ensure!(outcomes.len() == 2, "{} drops were judged", outcomes.len());
    for outcome in outcomes {
        println!("{outcome}");
        outcome.assert_clean();
        assert_eq!(outcome.run.paid, u64::from(TWO_HOT_DROPS.units), "STOCK-3");
    }
    Ok(())
}

#[tokio::test]
async fn visitors_of_a_protected_site_are_let_in_once_and_leave_their_places_to_others()
-> anyhow::Result<()> {
    let run = play(visitors(), quick()).await?;
    let n_of = |how: &str| run.ends.get(how).copied().unwrap_or_default();
    ensure!(n_of("visited") > N_VISITORS / 2, "few visits:\n{run}");
    ensure!(n_of("again: visited") > 0, "nobody came back:\n{run}");
    ensure!(n_of("expired") > 0, "everybody came:\n{run}");
    Ok(())
}

impl SmallSale {
    /// Plays it, and fails unless every unit was paid for.
    async fn sell(&self, options: WorldOptions) -> anyhow::Result<RunReport> {
        let run = play(self.crowd(), options).await?;
        assert_eq!(run.paid, u64::from(self.units), "STOCK-3");
        Ok(run)
    }

    fn crowd(&self) -> Crowd {
        let mut crowd = crowd_of(self.preset, self.shoppers, self.units, self.limits);
        crowd.options.over_seconds = Some(self.over_seconds);
        crowd.options.hold_seconds = self.hold_seconds;
        let most = self.units as usize / 2;
        let of_its_kind = [&of_sale(most)[..], &[(Invariant::Idem1, 3)]].concat();
        crowd.required = required(most, FEW_ENDS, &of_its_kind);
        crowd
    }
}

/// People who want into a site that has places for a few. A pass is good for six seconds, and a
/// visit takes one or two.
fn visitors() -> Crowd {
    let places = Paces { admission_rate: 20.0, order_rate: 40.0, occupancy_cap: MAX_INSIDE };
    let mut crowd = crowd_of(Preset::Visitors, N_VISITORS, 0, places);
    crowd.options.over_seconds = Some(6.0);
    crowd.options.hold_seconds = 6;
    crowd.options.habits.stay_seconds = Some(1.5);
    let most = N_VISITORS as usize / 2;
    crowd.required = required(most, FEW_ENDS, &[(Invariant::Pass1, most)]);
    crowd.min_slot_use = Some(PLACES_IN_USE);
    crowd
}

/// A crowd that does what its preset says. Nothing is broken, so nothing is excused.
fn crowd_of(preset: Preset, shoppers: u64, units: u32, limits: Paces) -> Crowd {
    let mut crowd = Crowd::new(shoppers, units);
    crowd.options = RunOptions {
        preset,
        absent: None,
        never_pay: None,
        admission_rate: limits.admission_rate,
        order_rate: limits.order_rate,
        occupancy_cap: limits.occupancy_cap,
        ..crowd.options
    };
    crowd.max_excused = Some(0);
    crowd.max_unexpected = Some(shoppers as usize / 50);
    crowd
}

/// Sends a crowd through a world of its own on the servers of the test run, and judges it.
async fn play(crowd: Crowd, options: WorldOptions) -> anyhow::Result<RunReport> {
    let _machine = half_of_the_machine().await;
    let world = World::shared(options).await?;
    let name = crowd.options.preset.name();
    let outcome = crowd.run_while(&world, async |_| Ok(())).await;
    world.stop().await?;
    let outcome = outcome?;
    println!("{name}: {outcome}");
    outcome.assert_clean();
    Ok(outcome.run)
}

/// Payments are given up soon, so that holds may be short.
pub(crate) fn quick() -> WorldOptions {
    WorldOptions::default()
        .set("SLUICE_PAYMENTS__TIMEOUT_MS", "1000")
        .set("SLUICE_PAYMENTS__GIVE_UP_AFTER_SECONDS", "5")
}

/// Fails if something was done less often than so.
pub(crate) fn at_least(run: &RunReport, what: &str, least: u64) -> anyhow::Result<()> {
    let n = run.latencies.get(what).with_context(|| format!("never: {what}\n{run}"))?.n;
    ensure!(n >= least, "{what} {n} times, {least} are needed");
    Ok(())
}
