//! Captures settled on one drop: batches of answers against a transaction per answer.
//!
//! The naive way settles as one would do at first: the payment's order, its hold, the stock, the
//! move, the transition, the ledger and the outbox in one transaction per capture, by eight clients.

mod fixture;
mod naive;
mod ours;

use crate::{
    machine::Machine,
    measure::Series,
    options::Options,
    postgres::{self, SYNC, measured},
    report::Report,
    target::BenchTarget::AtLeast,
};
use fixture::BenchDatabase;
use stack::ServerHandle;
use std::{num::TryFromIntError, time::Duration};

/// Clients of the naive way.
const N_CLIENTS: usize = 8;
/// Answers of one of our batches, at most.
const BATCH: usize = 500;
/// Captures that are made ready for each second of a round; more than can be settled in it.
const NAIVE_PER_SECOND: u64 = 4_000;
const OURS_PER_SECOND: u64 = 20_000;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let stack = postgres::start(dir.path()).await?;
    let mut report = Report::new("settle", options, Machine::describe(dir.path()));
    for sync in SYNC {
        let database = BenchDatabase::create(stack.postgres().url(), sync).await?;
        compare(options, stack.postgres(), &database, sync, &mut report).await?;
    }
    report.notes.push("CPU is that of all Postgres processes, in ticks of 10 ms".into());
    Ok(report)
}

/// Measures our settling alone, as a stage of the pipeline, on a server of its own.
pub(crate) async fn alone(options: &Options) -> anyhow::Result<Series> {
    let dir = tempfile::tempdir()?;
    let stack = postgres::start(dir.path()).await?;
    let database = BenchDatabase::create(stack.postgres().url(), "on").await?;
    let mut settled = Series::new("captures settled in batches, alone");
    let time = time_of_round(options);
    for _ in 0..options.sales() {
        let captures = ours::make_ready(&database, enough(OURS_PER_SECOND, time)?).await?;
        let work = ours::settle(&database, &captures, BATCH, time);
        settled.samples.push(measured(stack.postgres(), work).await?);
    }
    Ok(settled)
}

fn time_of_round(options: &Options) -> Duration {
    options.pick(Duration::from_secs(1), Duration::from_secs(3))
}

/// How many captures are made ready for a round.
fn enough(per_second: u64, time: Duration) -> Result<usize, TryFromIntError> {
    usize::try_from(time.as_secs() * per_second)
}

async fn compare(
    options: &Options,
    server: &ServerHandle,
    database: &BenchDatabase,
    sync: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let series = |what: &str| Series::new(format!("{what}, synchronous_commit {sync}"));
    let mut naive = series("naive, a transaction each, 8 clients");
    let mut ours = series("batches of 500, 1 client");
    let time = time_of_round(options);
    for _ in 0..options.rounds() {
        let captures = naive::make_ready(database, enough(NAIVE_PER_SECOND, time)?).await?;
        let work = naive::settle(&database.clients, captures, N_CLIENTS, time);
        naive.samples.push(measured(server, work).await?);
        let captures = ours::make_ready(database, enough(OURS_PER_SECOND, time)?).await?;
        let work = ours::settle(database, &captures, BATCH, time);
        ours.samples.push(measured(server, work).await?);
    }
    let (rate, cpu) = (ours.rate_ratio(&naive), ours.cost_ratio(&naive));
    let name = format!("captures/s, synchronous_commit {sync}: ours / naive");
    report.figure(name, rate, Some(AtLeast(15.0)));
    report.figure(format!("Postgres CPU per capture, {sync}: ours / naive"), cpu, None);
    report.series.extend([naive, ours]);
    Ok(())
}
