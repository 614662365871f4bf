//! The check is worth something only if it sees what is wrong: each mutant must be caught by a
//! small run, and the same run without it must pass.
//!
//! Each has a world whose schema has lost the guards that would hide a mutant.

use crate::{
    MACHINE, chosen,
    common::runs::{Crowd, Outcome},
    gap,
};
use ::mutants::{BuildCopy, Mutant, WorkerVariant};
use check::faults::FaultLog;
use shared::invariants::Invariant;
use sqlx::{Executor, PgPool};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use testkit::world::{World, WorldOptions};

const SHOPPERS: u64 = 240;
const UNITS: u32 = 60;

/// What keeps a wrong worker from doing harm; dropped, so that the harm can be seen.
const GUARDS: &str = "
    alter table inventory drop constraint inventory_not_oversold;
    alter table inventory drop constraint inventory_conserved;
    alter table customer_usage drop constraint customer_within_limit;
    alter table orders drop constraint orders_pkey cascade;
    alter table holds drop constraint holds_pkey;
    alter table ticket_transitions drop constraint ticket_transitions_pkey;
    alter table outbox drop constraint outbox_order;
    drop index one_terminal_transition;
    create index orders_by_id on orders (id);
    create index holds_by_order on holds (order_id);
    create index transitions_by_order on ticket_transitions (order_id);
";

/// A mutant, and who is killed where in its run and in its control's.
struct Trial {
    mutant: Mutant,
    kill: Option<Kill>,
    /// At least one of these is violated by the mutant.
    caught_by: &'static [Invariant],
}

/// Which worker is killed in which gap.
struct Kill {
    worker: usize,
    gap: &'static str,
}

const TRIALS: [Trial; Mutant::ALL.len()] = [
    Trial {
        mutant: Mutant::PopThenProduce,
        kill: Some(Kill { worker: 1, gap: "drain.after_admit" }),
        caught_by: &[Invariant::Order2, Invariant::Order3, Invariant::Queue2],
    },
    Trial {
        mutant: Mutant::AutoCommit,
        kill: Some(Kill { worker: 0, gap: "orders.after_poll" }),
        caught_by: &[Invariant::Order2, Invariant::Order3],
    },
    Trial { mutant: Mutant::NoUniqueTicket, kill: None, caught_by: &[Invariant::Order1] },
    Trial { mutant: Mutant::FixedWindow, kill: None, caught_by: &[Invariant::Rate1] },
    Trial { mutant: Mutant::ReadThenWrite, kill: None, caught_by: &[Invariant::Stock1] },
    Trial { mutant: Mutant::BlindInsert, kill: None, caught_by: &[Invariant::Stock1] },
];

#[tokio::test]
async fn each_mutant_is_caught_and_its_control_passes() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let chosen = chosen("SLUICE_E2E_MUTANT");
    let is_chosen =
        |trial: &&Trial| chosen.as_ref().is_none_or(|name| name == trial.mutant.as_str());
    for trial in TRIALS.iter().filter(is_chosen) {
        attempt(trial).await?;
    }
    Ok(())
}

async fn attempt(trial: &Trial) -> anyhow::Result<()> {
    let build_copy = BuildCopy::of_workspace()?;
    let right = build_copy.worker(WorkerVariant::control(trial.mutant)).await?;
    let wrong = build_copy.worker(WorkerVariant::mutated(trial.mutant)).await?;
    // What a mutant leaves behind would disturb the next one's control.
    let world = start(right.clone()).await?;
    let outcome = compare(&world, trial, &right, &wrong).await;
    world.stop().await?;
    outcome
}

async fn compare(world: &World, trial: &Trial, right: &Path, wrong: &Path) -> anyhow::Result<()> {
    let control = run(world, trial, right, crowd()).await?;
    println!("control of {}: {:?}", trial.mutant, control.check.violated());
    control.assert_clean();
    let mutated = run(world, trial, wrong, impatient(crowd())).await?;
    println!("mutant {}: {:?}", trial.mutant, mutated.check.violated());
    let caught = trial.caught_by.iter().any(|one| mutated.check.verdict(*one).is_fail());
    assert!(caught, "{} was not caught:\n{mutated}", trial.mutant);
    Ok(())
}

/// The first worker processes orders, the second does the rest, so that each can be killed alone.
async fn start(worker: PathBuf) -> anyhow::Result<World> {
    let options =
        WorldOptions { worker_binary: Some(worker), n_workers: 2, ..WorldOptions::default() };
    let world = World::start("mutants", options).await?;
    world.workers[0].set_env([("SLUICE_WORKER__ROLES", "orders")]);
    world.workers[1].set_env([(
        "SLUICE_WORKER__ROLES",
        "log,drain,payments,sweeper,reconciler,relay,scheduler",
    )]);
    let pool = PgPool::connect(world.database.url()).await?;
    pool.execute(GUARDS).await?;
    pool.close().await;
    Ok(world)
}

async fn run(world: &World, trial: &Trial, binary: &Path, crowd: Crowd) -> anyhow::Result<Outcome> {
    for worker in &world.workers {
        worker.set_binary(binary);
        worker.restart().await?;
    }
    crowd.run_while(world, async |log| kill(world, &log, trial).await).await
}

fn crowd() -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(4.0);
    crowd.options.admission_rate = 40.0;
    crowd
}

/// A mutant leaves some shoppers without an end; they need not be waited for as long.
fn impatient(mut crowd: Crowd) -> Crowd {
    crowd.settle = Duration::from_secs(8);
    crowd.options.give_up_after_seconds = 25.0;
    crowd
}

async fn kill(world: &World, log: &FaultLog, trial: &Trial) -> anyhow::Result<()> {
    let Some(kill) = &trial.kill else { return Ok(()) };
    let worker = &world.workers[kill.worker];
    gap::hold_at(world, log, worker, kill.gap).await?;
    gap::reached(world, kill.gap).await?;
    gap::kill(log, worker).await
}
