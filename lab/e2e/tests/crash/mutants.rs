//! The check is worth something only if it sees what is wrong: each mutant must be caught in a
//! small run, by the evidence against what it breaks, and the same run without it must pass. Both have
//! the same limits.
//!
//! Each run has a world of its own, whose schema has lost the guards that would hide a mutant. What it runs
//! is built while other tests have the machine, and while the mutants before it are tried.

use crate::{
    MACHINE, builds,
    common::runs::{Crowd, Outcome},
    trials::{self, Setting, Trial},
};
use ::mutants::{BuildCopy, ServiceVariant};
use anyhow::{Context, ensure};
use futures_util::stream::{self, Stream, StreamExt};
use shared::config::KafkaMode;
use sqlx::Executor;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use testkit::{TestApp, World, WorldOptions};
use tokio::sync::mpsc::unbounded_channel;

/// How many runs there are at a time, since most of one is waiting. Of controls there are fewer: nothing
/// may be late there.
const MUTANTS_AT_ONCE: usize = 3;
const CONTROLS_AT_ONCE: usize = 2;

const SHOPPERS: u64 = 260;
const UNITS: u32 = 150;
/// How long after the start a shopper gives up who was not told the end.
const GIVE_UP_S: f64 = 60.0;
/// How long the system may take to settle.
const SETTLE: Duration = Duration::from_secs(30);
/// With a call that hangs as long as this, a hold runs out while its money is being taken. Only the
/// workers wait so long: a storefront that did would refuse the hold.
const HOLD_S: u32 = 2;
const CALL_MS: (&str, &str) = ("SLUICE_PAYMENTS__TIMEOUT_MS", "2500");
const CALL_MS_ELSEWHERE: (&str, &str) = ("SLUICE_PAYMENTS__TIMEOUT_MS", "500");
/// One card in ten brings no answer to its capture.
const CARDS: &str = "approve=70,decline=4,hang=4,500_before=4,500_after=4,late=2,capture_hang=10,\
                     capture_decline=2";

/// What keeps a wrong service from doing harm, and no right one goes by; dropped in every world, so
/// that the harm can be seen. What a right service goes by, a trial's own world alone does without.
const GUARDS: [&str; 2] = [
    // blind_insert, read_then_write
    "alter table inventory drop constraint inventory_not_oversold",
    // sold_not_counted
    "alter table inventory drop constraint inventory_conserved",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn core_each_mutant_is_caught_and_its_control_passes() -> anyhow::Result<()> {
    let trials = trials::asked_for();
    let settings = trials::settings(&trials);
    let (built, mut ready) = unbounded_channel();
    let building = tokio::spawn(builds::build_all(trials, settings.clone(), built));
    let _machine = MACHINE.lock().await;
    let mutants = stream::poll_fn(|context| ready.poll_recv(context));
    let attempts = mutants.map(|(trial, binaries)| attempt(trial, binaries));
    let mut failures = in_lanes(attempts, MUTANTS_AT_ONCE).await;
    // All have been built by then, so that controls have the machine for themselves.
    failures.extend(building.await?.err().map(|error| format!("{error:#}")));
    let controls = (1..).zip(settings).map(|(number, setting)| control(number, setting));
    failures.extend(in_lanes(stream::iter(controls), CONTROLS_AT_ONCE).await);
    ensure!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n\n"));
    Ok(())
}

/// Has so many of the runs go on at a time; returns what went wrong.
async fn in_lanes(
    runs: impl Stream<Item: Future<Output = anyhow::Result<()>>>,
    n_lanes: usize,
) -> Vec<String> {
    let ended: Vec<anyhow::Result<()>> = runs.buffer_unordered(n_lanes).collect().await;
    ended.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect()
}

/// Runs the right services under a setting.
async fn control(number: usize, setting: Setting) -> anyhow::Result<()> {
    let worker = BuildCopy::of_workspace()?.binary(ServiceVariant::worker(setting.terms)).await?;
    let name = format!("control-{number}");
    let sold = sell(&name, &setting, &[], vec![worker], |outcome, took| {
        let Outcome { run, check } = outcome;
        let (paid, violated) = (run.paid, check.violated());
        println!("{name}, {setting:?}: {paid} paid, violated {violated:?}, {took:.0?}");
        ensure!(run.gave_up == 0 && check.is_clean(), "not clean:\n{outcome}");
        Ok(())
    });
    sold.await.with_context(|| format!("control {setting:?}"))
}

async fn attempt(trial: Trial, binaries: Vec<PathBuf>) -> anyhow::Result<()> {
    let Trial { mutant, guards, broken, .. } = trial;
    let setting = trial.setting();
    let sold = sell(mutant.as_str(), &setting, guards, binaries, |outcome, took| {
        let violated = outcome.check.violated();
        println!("mutant {mutant}: violated {violated:?}, {took:.0?}");
        println!("mutant {mutant}: {broken}: {}", finding(&trial, outcome)?);
        Ok(())
    });
    sold.await.with_context(|| mutant.to_string())
}

/// Returns the line of the evidence that tells of the mutant's own defect.
fn finding<'a>(trial: &Trial, outcome: &'a Outcome) -> anyhow::Result<&'a str> {
    let evidence = trial.broken.evidence(&outcome.check);
    let line = evidence.iter().find(|line| line.contains(trial.finding));
    let missing = || format!("{} has no finding `{}`:\n{outcome}", trial.broken, trial.finding);
    line.map(String::as_str).with_context(missing)
}

/// Sends a crowd through a world of these binaries that does without these guards, and judges what
/// came of it in how much time. What it leaves behind would disturb another run, and stays only if
/// it is not as it should be.
async fn sell(
    name: &str,
    setting: &Setting,
    guards: &[&'static str],
    binaries: Vec<PathBuf>,
    judge: impl FnOnce(&Outcome, Duration) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let started = Instant::now();
    let app = TestApp { world: start(name, setting, guards, binaries).await? };
    let (dir, meanwhile) = (app.world.fleet.dir.clone(), setting.meanwhile);
    let crowd = crowd(setting);
    let outcome = crowd.run_while(&app.world, async |log| meanwhile.happen(&app, &log).await).await;
    app.world.stop().await?;
    judge(&outcome?, started.elapsed())?;
    let _ = std::fs::remove_dir_all(dir);
    Ok(())
}

/// The broker is the embedded one, which starts at once.
async fn start(
    name: &str,
    setting: &Setting,
    guards: &[&'static str],
    binaries: Vec<PathBuf>,
) -> anyhow::Result<World> {
    let (kafka_mode, n_workers) = (KafkaMode::Embedded, 2);
    let options = WorldOptions { kafka_mode, n_workers, binaries, ..WorldOptions::default() }
        .set(CALL_MS_ELSEWHERE.0, CALL_MS_ELSEWHERE.1);
    let world = World::start(name, options).await?;
    for guard in GUARDS.iter().chain(guards) {
        world.database.pool().execute(*guard).await?;
    }
    let (first, second) = (&world.workers[0], &world.workers[1]);
    let [of_first, of_second] = setting.meanwhile.settings();
    first.set_env(of_first.iter().copied().chain([CALL_MS]));
    second.set_env(of_second.iter().copied().chain([CALL_MS]));
    tokio::try_join!(first.restart(), second.restart())?;
    Ok(world)
}

fn crowd(setting: &Setting) -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.settle = SETTLE;
    let options = &mut crowd.options;
    options.over_seconds = Some(3.0);
    options.give_up_after_seconds = GIVE_UP_S;
    options.hold_seconds = HOLD_S;
    options.admission_rate = 40.0;
    options.order_rate = 30.0;
    options.absent = Some(0.05);
    options.impatient = 0.2;
    options.cards = CARDS.parse().expect("a mix of cards");
    setting.meanwhile.shape(&mut crowd);
    crowd
}
