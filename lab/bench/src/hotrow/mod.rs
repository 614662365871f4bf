//! Orders on one stock row: our batch's transaction against the naive order.
//!
//! The naive order is BEGIN, a conditional UPDATE of the stock, an INSERT, COMMIT, by eight
//! clients. Ours does more per order (hold, customer limit, moves, transitions, outbox, offset);
//! the third variant, the naive way with all these rows, shows what batching alone is worth.

mod fixture;
mod naive;
mod ours;

use crate::{
    cli::Options,
    machine::Machine,
    measure::{Sample, Variant},
    process::cpu_with_children,
    report::Report,
};
use anyhow::Context as _;
use fixture::Database;
use stack::{PostgresServer, Stack, StackOptions};
use std::time::{Duration, Instant};

/// Clients of the naive way.
const CLIENTS: usize = 8;
/// Orders of one of our batches, as the worker's setting has it.
const BATCH: usize = 500;

/// Runs the benchmark.
///
/// # Errors
///
/// Returns what kept it from being run.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let servers = StackOptions::on_free_ports(dir.path())?.only(false, true, false);
    let stack = Stack::start(servers).await?;
    let mut report = Report::new("hotrow", options, Machine::look(dir.path()));
    for (sync, reach) in [("on", ">= 40x"), ("off", ">= 25x")] {
        let database = Database::create(stack.postgres().url(), sync).await?;
        compare(options, stack.postgres(), &database, sync, reach, &mut report).await?;
    }
    report.notes.push(
        "per order ours also writes a hold, customer usage, a move, a transition and an outbox row"
            .into(),
    );
    report.notes.push("CPU is that of all Postgres processes, in ticks of 10 ms".into());
    Ok(report)
}

async fn compare(
    options: &Options,
    server: &PostgresServer,
    database: &Database,
    sync: &str,
    reach: &'static str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = |what: &str| Variant::new(format!("{what}, synchronous_commit {sync}"));
    let mut naive = name("naive, 4 round trips, 8 clients");
    let mut same_rows = name("naive with all our rows, 8 clients");
    let mut ours = name("order batch, 1 client");
    let time = options.pick(Duration::from_secs(1), Duration::from_secs(4));
    for _ in 0..options.rounds() {
        let pool = &database.clients;
        naive.samples.push(measured(server, naive::few_rows(pool, CLIENTS, time)).await?);
        same_rows.samples.push(measured(server, naive::all_rows(pool, CLIENTS, time)).await?);
        ours.samples.push(measured(server, ours::batches(&database.product, BATCH, time)).await?);
    }
    let (few, all) = (ours.rate_ratio(&naive), ours.rate_ratio(&same_rows));
    let cpu = ours.cost_ratio(&naive);
    report.ratio(format!("orders/s, synchronous_commit {sync}: ours / naive"), few, reach);
    report.ratio(format!("orders/s, synchronous_commit {sync}: ours / naive, same rows"), all, "");
    report.ratio(format!("Postgres CPU per order, {sync}: ours / naive"), cpu, "");
    report.variants.extend([naive, same_rows, ours]);
    Ok(())
}

async fn measured(
    server: &PostgresServer,
    work: impl Future<Output = anyhow::Result<usize>>,
) -> anyhow::Result<Sample> {
    let pid = server.pid().context("Postgres runs")?;
    let (cpu, started) = (cpu_with_children(pid)?, Instant::now());
    let ops = work.await?;
    let (wall, used) = (started.elapsed(), cpu_with_children(pid)?.saturating_sub(cpu));
    Ok(Sample::new(ops, wall, Some(used)))
}
