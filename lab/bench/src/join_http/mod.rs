//! Joins over HTTP: admission as it runs, with Redis behind it, against an axum handler that
//! reads and writes the same JSON and does nothing.
//!
//! Each server is a process of its own; both get the same requests from the same client.

pub(crate) mod echo;
pub(crate) mod room;
pub(crate) mod server;

use crate::{
    machine::Machine, measure::Series, options::Options, redis::BenchRedis, report::Report,
    target::BenchTarget::AtLeast,
};
use anyhow::ensure;
use room::BenchRoom;
use server::{BenchServer, N_CLIENTS};
use shared::{config::Settings, shutdown::Shutdown, telemetry};

/// Serves admission in this process, with settings from its environment.
pub(crate) async fn serve_admission(port: u16) -> anyhow::Result<()> {
    let settings = Settings::load()?;
    telemetry::start_log(&settings.telemetry)?;
    ensure!(settings.admission.listen.port() == port, "the settings name another port");
    admission::run(settings, Shutdown::default()).await
}

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let redis = BenchRedis::start().await?;
    let mut report = Report::new("join-http", options, Machine::describe(redis.dir()));
    let room = BenchRoom::open(&redis).await;
    let (echo, admission) = (BenchServer::echo()?, BenchServer::admission(room.redis_url())?);
    echo.wait(&room).await?;
    admission.wait(&room).await?;

    let n = n_joins(options);
    let mut baseline = Series::new("axum echo of the same JSON");
    let mut subject = Series::new("admission's join");
    let mut in_both = Series::new("admission's join: CPU of admission and Redis");
    for _ in 0..options.rounds() {
        baseline.samples.push(echo.measure(&room, n).await?);
        let before = redis.cpu()?;
        let sample = admission.measure(&room, n).await?;
        let in_redis = redis.cpu()?.saturating_sub(before);
        in_both.samples.push(sample.and_cpu(in_redis));
        subject.samples.push(sample);
    }
    let (rate, cost) = (subject.rate_ratio(&baseline), subject.cost_ratio(&baseline));
    let cost_of_both = in_both.cost_ratio(&baseline);
    report.figure("joins/s: admission / echo", rate, Some(AtLeast(0.5)));
    report.figure("CPU of the server per join: admission / echo", cost, None);
    report.figure("CPU per join: admission and Redis / echo", cost_of_both, None);
    report.series.extend([baseline, subject, in_both]);
    report.notes.push(format!("{N_CLIENTS} connections; every join is of a new shopper"));
    Ok(report)
}

/// Measures admission's join alone, as a stage of the pipeline, with a Redis of its own.
pub(crate) async fn alone(options: &Options) -> anyhow::Result<Series> {
    let redis = BenchRedis::start().await?;
    let room = BenchRoom::open(&redis).await;
    let admission = BenchServer::admission(room.redis_url())?;
    admission.wait(&room).await?;
    let mut joined = Series::new("joins over HTTP, alone");
    for _ in 0..options.sales() {
        joined.samples.push(admission.measure(&room, n_joins(options)).await?);
    }
    Ok(joined)
}

/// Joins of one round.
fn n_joins(options: &Options) -> usize {
    options.pick(5_000, 40_000)
}
