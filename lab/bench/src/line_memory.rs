//! Memory of Redis per waiting shopper: all keys of a line, against a bare sorted set of the same
//! people.

use crate::{
    line::BenchLine, machine::Machine, measure::Spread, options::Options, redis::BenchRedis,
    report::Report, target::BenchTarget::AtMost,
};
use shared::ids::ShopperId;

/// Bytes.
const TARGET: f64 = 300.0;
/// Members of one call of the baseline.
const CHUNK: usize = 1_000;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let redis = BenchRedis::start().await?;
    let mut report = Report::new("line-memory", options, Machine::describe(redis.dir()));
    let n = options.pick(100_000, 1_000_000);
    let (mut line, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..options.sales() {
        redis.empty().await?;
        bare.push(bare_set(&redis, n).await?);
        redis.empty().await?;
        line.push(of_line(&redis, n).await?);
    }
    let (line, bare) = (Spread::of(line), Spread::of(bare));
    report.figure(format!("bytes of Redis per waiter, {n} wait"), line, Some(AtMost(TARGET)));
    report.figure(format!("bytes per member of a bare sorted set of {n}"), bare, None);
    report.notes.push("all keys of the room, with the events that stay behind the log".into());
    Ok(report)
}

/// Fills a line and returns its bytes per waiter.
async fn of_line(redis: &BenchRedis, n: usize) -> anyhow::Result<f64> {
    let line = BenchLine::open(redis).await;
    let before = redis.used_memory().await?;
    line.fill(n).await?;
    grown(redis, before, n).await
}

async fn bare_set(redis: &BenchRedis, n: usize) -> anyhow::Result<f64> {
    let (before, mut connection) = (redis.used_memory().await?, redis.connection());
    for first in (0..n).step_by(CHUNK) {
        let mut add = redis::cmd("ZADD");
        add.arg("bench:bare");
        for number in first..n.min(first + CHUNK) {
            add.arg(number).arg(ShopperId::generate().as_bytes().as_slice());
        }
        add.exec_async(&mut connection).await?;
    }
    grown(redis, before, n).await
}

async fn grown(redis: &BenchRedis, before: u64, n: usize) -> anyhow::Result<f64> {
    let after = redis.used_memory().await?;
    Ok(after.saturating_sub(before) as f64 / n as f64)
}
