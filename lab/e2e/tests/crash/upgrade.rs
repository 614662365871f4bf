//! Two releases side by side: the next one takes the place of this one while it sells to a crowd.
//!
//! The next release brings what this one has never heard of (`lab/mutants/upgrade/`). Each must be met
//! by this one before it goes, or the run shows nothing.
//!
//! | module | holds |
//! |---|---|
//! | `steps` | what is done, one thing after the other |
//! | `next_release` | the binaries of the next release, its migration, its instances, its check |
//! | `gateway` | one address for the instances of both releases |
//! | `callers` | shoppers with tickets from before, who ask all the time |
//! | `answers` | how everybody was answered |

mod answers;
mod callers;
mod gateway;
mod next_release;
mod steps;

use self::{
    answers::Answers,
    callers::Callers,
    gateway::Gateways,
    next_release::NextRelease,
    steps::{TakenOver, Upgrade},
};
use crate::{
    MACHINE, MUTANT,
    common::runs::{Crowd, Outcome},
    is_asked_for,
};
use anyhow::ensure;
use testkit::{TestApp, World, WorldOptions};

/// The sale lasts longer than the upgrade.
const SHOPPERS: u64 = 400;
const UNITS: u32 = 150;
const ADMISSION_RATE: f64 = 6.0;

/// Commands are produced by one worker and read by the other.
const DRAIN: [(&str, &str); 1] = [("SLUICE_WORKER__ROLES", "drain")];
const REST: [(&str, &str); 1] =
    [("SLUICE_WORKER__ROLES", "log,orders,payments,sweeper,reconciler,relay,scheduler")];

const PUT_ASIDE: &str = "select count(*) from dead_letters where reason = 'unknown_version'";
const RELEASES: &str = "select count(distinct release) from heartbeats";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_sell_side_by_side_and_fail_nobody() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    if !is_asked_for(MUTANT, "upgrade") {
        return Ok(());
    }
    let next = NextRelease::build().await?;
    let gateways = Gateways::open().await?;
    let (app, earlier) = start(&gateways).await?;
    let callers = Callers::join(&app).await;

    let mut taken_over = None;
    let running = crowd().run_while(&app.world, async |log| {
        let upgrade = Upgrade { app: &app, next: &next, gateways: &gateways, earlier: &earlier };
        taken_over = Some(upgrade.run(callers.flash_drop().id, &log).await?);
        Ok(())
    });
    let (outcome, of_callers) = callers.ask_while(&app, running).await;
    // What this release's own check finds is left out: it cannot read the next one's commands.
    let Outcome { run, .. } = outcome?;
    let TakenOver { newcomers, began_us } = taken_over.expect("the upgrade was made");
    let of_crowd = Answers::of_crowd(&app.world.fleet.dir.join("history.jsonl"), began_us)?;
    println!("upgrade: {} paid; crowd: {of_crowd}; callers: {of_callers}", run.paid);

    of_crowd.ensure_good()?;
    of_callers.ensure_good()?;
    callers.assert_still_stand().await;
    assert_eq!(run.gave_up, 0, "shoppers were not told the end:\n{run}");
    assert_eq!(run.paid, u64::from(UNITS), "STOCK-3:\n{run}");
    was_met(&app.world).await?;
    println!("{}", next.judge(&app.world, run.drop_id).await?);
    newcomers.stop().await?;
    app.world.stop().await
}

/// Starts this release behind the gateways. Returns the address of its admission, too.
async fn start(gateways: &Gateways) -> anyhow::Result<(TestApp, String)> {
    let callbacks = format!("{}/v1/provider/callbacks", gateways.storefront.url());
    let options = WorldOptions { n_workers: 2, ..WorldOptions::default() }
        .set("SLUICE_PSP__CALLBACK_URL", callbacks);
    let mut world = World::start("upgrade", options).await?;
    let earlier = world.fleet.admission_url();
    gateways.stand_before(&mut world);
    let (rest, drain) = (&world.workers[0], &world.workers[1]);
    rest.set_env(REST);
    drain.set_env(DRAIN);
    tokio::try_join!(rest.restart(), drain.restart())?;
    Ok((TestApp { world }, earlier))
}

fn crowd() -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    let options = &mut crowd.options;
    options.over_seconds = Some(10.0);
    options.admission_rate = ADMISSION_RATE;
    options.hold_seconds = 10;
    crowd
}

/// Fails unless this release has met all that is new.
async fn was_met(world: &World) -> anyhow::Result<()> {
    let log = std::fs::read_to_string(world.admissions[0].log())?;
    ensure!(log.contains("cannot read an event of kind"), "admission met no unknown event");
    let n_put_aside: i64 = world.database.scalar(PUT_ASIDE).await;
    ensure!(n_put_aside > 0, "the processor met no unknown command");
    let n_releases: i64 = world.database.scalar(RELEASES).await;
    ensure!(n_releases == 2, "{n_releases} releases have given signs of life");
    Ok(())
}
