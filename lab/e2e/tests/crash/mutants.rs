//! The check is worth something only if it sees what is wrong: each mutant must be caught by a
//! small run, and the same run without it must pass.
//!
//! Each has a world whose schema has lost the guards that would hide a mutant.

use crate::{MACHINE, chosen, gap};
use crowd::faults::FaultLog;
use e2e::{Crowd, Outcome, World, WorldOptions};
use shared::{
    invariants::Invariant,
    mutants::{Mutant, Term},
};
use sqlx::{Executor, PgPool};
use std::time::Duration;

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

/// One run: the terms that it has with and without the mutant, and who is killed where.
struct Trial {
    mutant: Mutant,
    terms: &'static [Term],
    kill: Option<Kill>,
    /// At least one of these is violated by the mutant.
    caught_by: &'static [Invariant],
}

/// Which worker is killed in which gap: the one that the mutant has, or the same place in a right
/// worker.
struct Kill {
    worker: usize,
    in_mutant: &'static str,
    in_control: &'static str,
}

const TRIALS: [Trial; 6] = [
    Trial {
        mutant: Mutant::PopThenProduce,
        terms: &[],
        kill: Some(Kill {
            worker: 1,
            in_mutant: "mutants.after_pop",
            in_control: "drain.after_admit",
        }),
        caught_by: &[Invariant::Order2, Invariant::Order3, Invariant::Queue2],
    },
    Trial {
        mutant: Mutant::AutoCommit,
        terms: &[Term::NoReproduce],
        kill: Some(Kill {
            worker: 0,
            in_mutant: "mutants.after_commit",
            in_control: "orders.after_poll",
        }),
        caught_by: &[Invariant::Order2, Invariant::Order3],
    },
    Trial {
        mutant: Mutant::NoUniqueTicket,
        terms: &[Term::ProduceTwice],
        kill: None,
        caught_by: &[Invariant::Order1],
    },
    Trial { mutant: Mutant::FixedWindow, terms: &[], kill: None, caught_by: &[Invariant::Rate1] },
    Trial {
        mutant: Mutant::ReadThenWrite,
        terms: &[Term::NoStockTerm],
        kill: None,
        caught_by: &[Invariant::Stock1],
    },
    Trial {
        mutant: Mutant::BlindInsert,
        terms: &[Term::NoStockTerm],
        kill: None,
        caught_by: &[Invariant::Stock1],
    },
];

#[tokio::test]
async fn each_mutant_is_caught_and_its_control_passes() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let chosen = chosen("SLUICE_E2E_MUTANT");
    let is_chosen =
        |trial: &&Trial| chosen.as_ref().is_none_or(|name| name == trial.mutant.as_str());
    for trial in TRIALS.iter().filter(is_chosen) {
        // What a mutant leaves behind would disturb the next one's control.
        let world = start().await?;
        let outcome = attempt(&world, trial).await;
        world.stop().await?;
        outcome?;
    }
    Ok(())
}

async fn attempt(world: &World, trial: &Trial) -> anyhow::Result<()> {
    let control = run(world, trial, None).await?;
    println!("control of {}: {:?}", trial.mutant, control.check.violated());
    control.assert_clean();
    let mutated = run(world, trial, Some(trial.mutant)).await?;
    println!("mutant {}: {:?}", trial.mutant, mutated.check.violated());
    let caught = trial.caught_by.iter().any(|one| mutated.check.verdict(*one).is_fail());
    assert!(caught, "{} was not caught:\n{mutated}", trial.mutant);
    Ok(())
}

/// The first worker processes orders, the second does the rest, so that each can be killed alone.
async fn start() -> anyhow::Result<World> {
    let options = WorldOptions { with_mutants: true, n_workers: 2, ..WorldOptions::default() };
    let world = World::start("mutants", options).await?;
    world.workers[0].set_env([("SLUICE_WORKER__ROLES", "orders")]);
    world.workers[1].set_env([(
        "SLUICE_WORKER__ROLES",
        "log,drain,payments,sweeper,reconciler,relay,scheduler",
    )]);
    let pool = PgPool::connect(&world.stack.endpoints().database_url).await?;
    pool.execute(GUARDS).await?;
    pool.close().await;
    Ok(world)
}

async fn run(world: &World, trial: &Trial, mutant: Option<Mutant>) -> anyhow::Result<Outcome> {
    let terms: Vec<_> = trial.terms.iter().map(|term| term.as_str()).collect();
    for worker in &world.workers {
        worker.set_env([
            ("SLUICE_MUTANT", mutant.map_or("", Mutant::as_str).to_owned()),
            ("SLUICE_MUTANT_TERMS", terms.join(",")),
        ]);
        worker.restart().await?;
    }
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options.over_seconds = Some(4.0);
    crowd.options.admission_rate = 40.0;
    if mutant.is_some() {
        crowd.settle = Duration::from_secs(8);
        crowd.options.give_up_after_seconds = 25.0;
    }
    crowd.run_while(world, async |log| kill(world, &log, trial, mutant.is_some()).await).await
}

async fn kill(world: &World, log: &FaultLog, trial: &Trial, mutated: bool) -> anyhow::Result<()> {
    let Some(kill) = &trial.kill else { return Ok(()) };
    let worker = &world.workers[kill.worker];
    let name = if mutated { kill.in_mutant } else { kill.in_control };
    gap::hold_at(world, log, worker, name).await?;
    gap::reached(world, name).await?;
    gap::kill(log, worker).await
}
