//! Many open drops where nothing happens: what they cost, and how two workers share them.
//!
//! `shares` reads from Postgres who holds what: each role of a worker has a session of its own for
//! its locks; `kafka` counts what reaches the broker.

mod kafka;
mod shares;

use crate::{
    installation::Installation,
    machine::Machine,
    measure::Spread,
    options::Options,
    report::Report,
    rooms::with_partitions,
    sale_drops::quiet_drop,
    target::BenchTarget::{AtLeast, AtMost},
};
use anyhow::{Context as _, bail};
use crowd::{CostFigure, CountedCalls, RunCosts};
use shares::Shares;
use std::time::{Duration, Instant};

/// What is begun when drops open, such as the first looks, is over by then.
const REST: Duration = Duration::from_secs(10);
/// How long workers may take to share, or to take over.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);
/// Drops for which the targets are set; with fewer, they are lower.
const MANY: f64 = 1_000.0;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("idle", options, Machine::describe(&std::env::temp_dir()));
    let n_drops: u32 = options.pick(100, 1_000);
    let window = options.pick(Duration::from_secs(20), Duration::from_secs(60));
    let mut installation = Installation::start(with_partitions(n_drops)).await?;
    let _drops = installation.create_drops(quiet_drop(), n_drops).await?;
    tokio::time::sleep(REST).await;
    let brokers = installation.stack().endpoints().kafka_brokers;
    let (meter, before) = (installation.meter().await, kafka::requests(&brokers).await?);
    tokio::time::sleep(window).await;
    let n_requests = kafka::requests(&brokers).await?.saturating_sub(before);
    let costs = meter.finish(0).await;
    add_costs(&mut report, n_drops, window, &costs);
    let per_second = Spread::of([n_requests as f64 / window.as_secs_f64()]);
    report.figure(format!("{n_drops} idle drops: requests to Kafka per second"), per_second, None);
    share(&mut installation, n_drops, &mut report).await?;
    report.notes.push("commands of Redis include those that scripts call".into());
    Ok(report)
}

fn add_costs(report: &mut Report, n_drops: u32, window: Duration, costs: &RunCosts) {
    let (part, seconds) = (f64::from(n_drops) / MANY, window.as_secs_f64());
    let per_second =
        |figure: Option<CostFigure>| Spread::of(figure.map(|figure| figure.total / seconds));
    let name = |what: &str| format!("{n_drops} idle drops: {what}");
    let commands = per_second(costs.redis_commands);
    let target = Some(AtMost(1_000.0 * part));
    report.figure(name("commands of Redis per second"), commands, target);
    let is_counted = costs.postgres_counted == Some(CountedCalls::Statements);
    let statements = per_second(costs.postgres_calls.filter(|_| is_counted));
    report.figure(name("statements of Postgres per second"), statements, None);
    for (service, cpu) in &costs.cpu_ms {
        // Milliseconds per second are tenths of a percent.
        let percent = Spread::of(cpu.map(|cpu| cpu.total / seconds / 10.0));
        let target = (service == "worker").then_some(AtMost(10.0 * part));
        report.figure(name(&format!("% of a core, {service}")), percent, target);
    }
}

/// Starts a second worker, and then freezes the first.
async fn share(
    installation: &mut Installation,
    n_drops: u32,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (pool, n_drops) = (installation.pool()?, i64::from(n_drops));
    let started = Instant::now();
    installation.add_worker().await?;
    let halves = wait_for(&pool, |shares| shares.are_halves(n_drops)).await?;
    let seconds = Spread::of([started.elapsed().as_secs_f64()]);
    report.figure("a second worker has its half, s from its start", seconds, None);
    let percent = Spread::of([halves.smallest_percent(n_drops)]);
    report.figure("smallest share of two workers, %", percent, Some(AtLeast(49.0)));
    let started = Instant::now();
    installation.worker()?.freeze().await?;
    wait_for(&pool, |shares| shares.are_of_one(n_drops)).await?;
    let seconds = Spread::of([started.elapsed().as_secs_f64()]);
    report.figure(
        "one of two workers is frozen: s until the other has all",
        seconds,
        Some(AtMost(15.0)),
    );
    Ok(())
}

async fn wait_for(
    pool: &database::PgPool,
    is_reached: impl Fn(&Shares) -> bool,
) -> anyhow::Result<Shares> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let shares = Shares::read(pool).await.context("cannot read who holds what")?;
        if is_reached(&shares) {
            return Ok(shares);
        }
        if Instant::now() > deadline {
            bail!("after {PATIENCE:?} the drops are shared like this: {shares:?}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
