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
    postgres::{SYNC, measured},
    report::Report,
};
use fixture::BenchDatabase;
use stack::{ServerHandle, Stack, StackOptions};
use std::time::Duration;

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
    let servers = StackOptions::on_free_ports(dir.path())?.only(false, true, false);
    let stack = Stack::start(servers).await?;
    let mut report = Report::new("settle", options, Machine::describe(dir.path()));
    for sync in SYNC {
        let database = BenchDatabase::create(stack.postgres().url(), sync).await?;
        compare(options, stack.postgres(), &database, sync, &mut report).await?;
    }
    report.notes.push("CPU is that of all Postgres processes, in ticks of 10 ms".into());
    Ok(report)
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
    let time = options.pick(Duration::from_secs(1), Duration::from_secs(3));
    let ready = |per_second: u64| usize::try_from(time.as_secs() * per_second);
    for _ in 0..options.rounds() {
        let captures = naive::make_ready(database, ready(NAIVE_PER_SECOND)?).await?;
        let work = naive::settle(&database.clients, captures, N_CLIENTS, time);
        naive.samples.push(measured(server, work).await?);
        let captures = ours::make_ready(database, ready(OURS_PER_SECOND)?).await?;
        let work = ours::settle(database, &captures, BATCH, time);
        ours.samples.push(measured(server, work).await?);
    }
    let (rate, cpu) = (ours.rate_ratio(&naive), ours.cost_ratio(&naive));
    report.ratio(format!("captures/s, synchronous_commit {sync}: ours / naive"), rate, ">= 15x");
    report.ratio(format!("Postgres CPU per capture, {sync}: ours / naive"), cpu, "");
    report.series.extend([naive, ours]);
    Ok(())
}
