//! Orders on one stock row: our batch's transaction against the naive order.
//!
//! The naive order is BEGIN, a conditional UPDATE of the stock, an INSERT, COMMIT, by eight
//! clients. Ours also keeps the hold, the limit of the customer, stock moves, a journal, counters and
//! the log's offset. The third series is the naive way with a row for each of these facts.

mod fixture;
mod naive;
mod ours;

use crate::{
    machine::Machine,
    measure::Series,
    options::Options,
    postgres::{self, SYNC, measured},
    report::Report,
    target::BenchTarget::{self, AtLeast},
};
use fixture::BenchDatabase;
use stack::ServerHandle;
use std::time::Duration;

/// Clients of the naive way.
const N_CLIENTS: usize = 8;
/// Orders of one of our batches, as the worker's setting has it.
const BATCH: usize = 500;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let stack = postgres::start(dir.path()).await?;
    let mut report = Report::new("hotrow", options, Machine::describe(dir.path()));
    for (sync, target) in SYNC.into_iter().zip([AtLeast(30.0), AtLeast(15.0)]) {
        let database = BenchDatabase::create(stack.postgres().url(), sync).await?;
        compare(options, stack.postgres(), &database, sync, target, &mut report).await?;
    }
    report.notes.push(
        "ours also keeps hold, customer limit, stock moves, journal, counters and the log's offset"
            .into(),
    );
    report.notes.push("CPU is that of all Postgres processes, in ticks of 10 ms".into());
    Ok(report)
}

/// Measures the order batch alone, as a stage of the pipeline, on a server of its own.
pub(crate) async fn alone(options: &Options) -> anyhow::Result<Series> {
    let dir = tempfile::tempdir()?;
    let stack = postgres::start(dir.path()).await?;
    let database = BenchDatabase::create(stack.postgres().url(), "on").await?;
    let mut placed = Series::new("orders placed in batches, alone");
    for _ in 0..options.sales() {
        let work = ours::batches(&database.ours, BATCH, time_of_round(options));
        placed.samples.push(measured(stack.postgres(), work).await?);
    }
    Ok(placed)
}

fn time_of_round(options: &Options) -> Duration {
    options.pick(Duration::from_secs(1), Duration::from_secs(4))
}

async fn compare(
    options: &Options,
    server: &ServerHandle,
    database: &BenchDatabase,
    sync: &str,
    target: BenchTarget,
    report: &mut Report,
) -> anyhow::Result<()> {
    let series = |what: &str| Series::new(format!("{what}, synchronous_commit {sync}"));
    let mut naive = series("naive, 4 round trips, 8 clients");
    let mut same_facts = series("naive, a row per fact that ours keeps, 8 clients");
    let mut ours = series("order batch, 1 client");
    let time = time_of_round(options);
    for _ in 0..options.rounds() {
        let pool = &database.clients;
        naive.samples.push(measured(server, naive::few_rows(pool, N_CLIENTS, time)).await?);
        same_facts.samples.push(measured(server, naive::all_rows(pool, N_CLIENTS, time)).await?);
        ours.samples.push(measured(server, ours::batches(&database.ours, BATCH, time)).await?);
    }
    let (few, all) = (ours.rate_ratio(&naive), ours.rate_ratio(&same_facts));
    let cpu = ours.cost_ratio(&naive);
    let rate = format!("orders/s, synchronous_commit {sync}: ours / naive");
    report.figure(rate.as_str(), few, Some(target));
    report.figure(format!("{rate}, same facts"), all, None);
    report.figure(format!("Postgres CPU per order, {sync}: ours / naive"), cpu, None);
    report.series.extend([naive, same_facts, ours]);
    Ok(())
}
