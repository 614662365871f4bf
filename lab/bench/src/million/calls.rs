//! Joins and admissions of a long line against those of a short one, in turns on one Redis.

use super::reading;
use crate::{
    latency::Latencies, line::BenchLine, measure::Spread, options::Options, redis::BenchRedis,
    report::Report, target::BenchTarget::AtMost,
};
use anyhow::ensure;
use std::time::{Duration, Instant};

/// People of the short line.
const SHORT: usize = 10_000;
/// People who join, or are let in, by one call.
const PER_CALL: u32 = 10;
/// By then the bucket of a room is full: it holds 100 ms of the rate.
const BUCKET_FULL: Duration = Duration::from_millis(110);

/// How long calls take, round by round: p99 in milliseconds.
#[derive(Default)]
struct CallTimes {
    join: Vec<f64>,
    admit: Vec<f64>,
}

/// Fills both lines and compares them.
pub(super) async fn compare(
    options: &Options,
    n: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let redis = BenchRedis::start().await?;
    let short = filled(&redis, SHORT).await?;
    let before = redis.used_memory().await?;
    let long = filled(&redis, n).await?;
    let bytes = redis.used_memory().await?.saturating_sub(before) as f64 / n as f64;
    let name = format!("bytes of Redis per waiter, {n} wait");
    report.figure(name, Spread::of([bytes]), Some(AtMost(300.0)));
    let (mut of_short, mut of_long) = (CallTimes::default(), CallTimes::default());
    let n_calls = options.pick(300, 800);
    for _ in 0..options.rounds() {
        of_short.add(&short, n_calls).await?;
        of_long.add(&long, n_calls).await?;
    }
    for (what, short, long) in
        [("join", &of_short.join, &of_long.join), ("admit", &of_short.admit, &of_long.admit)]
    {
        let name = |of: usize| format!("{what} of {PER_CALL}, p99 in ms, {of} wait");
        report.figure(name(SHORT), spread(short), None);
        report.figure(name(n), spread(long), None);
        let ratio = long.iter().zip(short).map(|(long, short)| long / short);
        let name = format!("{what}, p99: {n} wait / {SHORT} wait");
        report.figure(name, Spread::of(ratio), Some(AtMost(2.0)));
    }
    reading::measure(options, &redis, &long, n, report).await
}

async fn filled(redis: &BenchRedis, n: usize) -> anyhow::Result<BenchLine> {
    let line = BenchLine::open(redis).await;
    line.fill(n).await?;
    Ok(line)
}

fn spread(values: &[f64]) -> Spread {
    Spread::of(values.iter().copied())
}

impl CallTimes {
    /// Lets as many join as are let in afterwards, so that the line keeps its length.
    async fn add(&mut self, line: &BenchLine, n_calls: usize) -> anyhow::Result<()> {
        let mut joins = Latencies::default();
        for _ in 0..n_calls {
            let started = Instant::now();
            let reply = line.join(PER_CALL as usize).await?;
            joins.push(started.elapsed());
            line.forget_events(reply.evn).await?;
        }
        // A bucket that nobody has drawn from yet is empty.
        line.admit(1).await?;
        tokio::time::sleep(BUCKET_FULL).await;
        let mut admissions = Latencies::default();
        for _ in 0..n_calls {
            let started = Instant::now();
            let n_admitted = line.admit(PER_CALL).await?;
            admissions.push(started.elapsed());
            ensure!(n_admitted == PER_CALL as usize, "only {n_admitted} were let in");
        }
        self.join.push(joins.quantile_ms(0.99));
        self.admit.push(admissions.quantile_ms(0.99));
        Ok(())
    }
}
