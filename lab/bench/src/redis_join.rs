//! What a join costs Redis, by the size of the batch.
//!
//! The subject is the script that admission calls, through its own caller. The baseline is the least
//! script that gives numbers in order and gives a shopper who comes again the same one, called for
//! one shopper at a time. Every round begins with empty lines.

use crate::{
    line::BenchLine,
    machine::Machine,
    measure::{Sample, Series},
    options::Options,
    redis::BenchRedis,
    report::Report,
    target::BenchTarget::AtMost,
};
use redis::Script;
use shared::ids::ShopperId;
use std::time::Instant;

/// Shoppers of one call.
const SIZES: [usize; 4] = [1, 16, 64, 256];
/// From this size on, a join has to reach its target.
const LARGE: usize = 64;
/// Microseconds.
const TARGET_US: f64 = 9.0;
const LEAST_JOIN: &str = "
    local number = redis.call('ZSCORE', KEYS[1], ARGV[1])
    if number then return number end
    number = redis.call('INCR', KEYS[2])
    redis.call('ZADD', KEYS[1], number, ARGV[1])
    return number";

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let redis = BenchRedis::start().await?;
    let mut report = Report::new("redis-join", options, Machine::describe(redis.dir()));
    let mut least = Series::new("the least join, EVALSHA one at a time");
    let mut joins = SIZES.map(|size| Series::new(format!("queue.join, {size} a call")));
    let n = options.pick(16_000, 160_000);
    for _ in 0..options.rounds() {
        redis.empty().await?;
        least.samples.push(least_joins(&redis, n / 16).await?);
        for (size, series) in SIZES.into_iter().zip(&mut joins) {
            redis.empty().await?;
            // One at a time takes far longer.
            let n = if size == 1 { n / 16 } else { n };
            series.samples.push(batches(&redis, size, n).await?);
        }
    }
    for (size, series) in SIZES.into_iter().zip(&joins) {
        let target = (size >= LARGE).then_some(AtMost(TARGET_US));
        report.figure(format!("CPU of Redis per join, {size} a call, us"), series.cost(), target);
        let ratio = series.cost_ratio(&least);
        report.figure(format!("the same, {size} a call / the least join alone"), ratio, None);
    }
    report.series.push(least);
    report.series.extend(joins);
    report.notes.push("CPU is that of all threads of Redis, from /proc".into());
    Ok(report)
}

async fn batches(redis: &BenchRedis, size: usize, n: usize) -> anyhow::Result<Sample> {
    let line = BenchLine::open(redis).await;
    let (cpu, started) = (redis.cpu()?, Instant::now());
    for _ in 0..n / size {
        line.join(size).await?;
    }
    let (wall, used) = (started.elapsed(), redis.cpu()?.saturating_sub(cpu));
    Ok(Sample::new(n / size * size, wall, Some(used)))
}

async fn least_joins(redis: &BenchRedis, n: usize) -> anyhow::Result<Sample> {
    let (script, mut connection) = (Script::new(LEAST_JOIN), redis.connection());
    let (cpu, started) = (redis.cpu()?, Instant::now());
    for _ in 0..n {
        let mut call = script.key("bench:{least}:line");
        call.key("bench:{least}:number").arg(ShopperId::generate().as_bytes().as_slice());
        call.invoke_async::<f64>(&mut connection).await?;
    }
    let (wall, used) = (started.elapsed(), redis.cpu()?.saturating_sub(cpu));
    Ok(Sample::new(n, wall, Some(used)))
}
