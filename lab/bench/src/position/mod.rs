//! Positions of everybody who waits, in a line that moves: the room replica's rank against pipelined
//! `ZRANK`.
//!
//! Both sides go through the same steps: some leave, some are let in, and then the same people are
//! asked about, in the same order. Every answer must be equal. The changes count on both sides.
//!
//! | module | holds |
//! |---|---|
//! | `people` | who waits, and what happens next |
//! | `sides` | replica and Redis, taken through a round |

mod people;
mod sides;

use crate::{
    machine::Machine, measure::Series, options::Options, redis::BenchRedis, report::Report,
    target::BenchTarget::AtMost,
};
use anyhow::ensure;
use people::People;
use sides::{RedisSide, ReplicaSide};

/// Of a hundred who joined, so many have left before the first round.
const LEFT: u64 = 30;
/// Steps of a round.
const N_STEPS: usize = 10;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let redis = BenchRedis::start().await?;
    let mut report = Report::new("position", options, Machine::describe(redis.dir()));
    for n_people in options.pick(&[100_000][..], &[10_000, 100_000, 1_000_000]) {
        compare(options, *n_people, &redis, &mut report).await?;
    }
    report.notes.push(format!("{LEFT} % of those who joined have left before the first round"));
    report.notes.push("for a hundred positions one person leaves and one is let in".into());
    report.notes.push("all positions are equal".into());
    report.notes.push("CPU: of this process for the replica, of Redis alone for ZRANK".into());
    Ok(report)
}

async fn compare(
    options: &Options,
    n_people: u64,
    redis: &BenchRedis,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut people = People::new(n_people);
    let mut replica = ReplicaSide::new(&people);
    let mut sorted_set = RedisSide::new(redis, &people).await?;
    let abandonment = people.abandonment(LEFT);
    replica.round(&abandonment)?;
    sorted_set.round(&abandonment).await?;
    let mut subject = Series::new(format!("room replica, {n_people} joined"));
    let mut baseline = Series::new(format!("ZRANK, pipelined, {n_people} joined"));
    let n_asked = options.pick(2_000, 20_000).min(n_people as usize / 50);
    for _ in 0..options.rounds() {
        let steps: Vec<_> = (0..N_STEPS).map(|_| people.step(n_asked)).collect();
        let (sample, zranks) = sorted_set.round(&steps).await?;
        baseline.samples.push(sample);
        let (sample, positions) = replica.round(&steps)?;
        subject.samples.push(sample);
        // Ranks begin at 0.
        let expected = zranks.into_iter().map(|rank| rank.map(|rank| rank + 1));
        ensure!(expected.eq(positions), "a position is not the rank");
    }
    let ratio = subject.cost_ratio(&baseline);
    let target = (n_people == 1_000_000).then_some(AtMost(0.01));
    report.figure(format!("CPU per position, {n_people} joined: replica / ZRANK"), ratio, target);
    report.series.extend([baseline, subject]);
    Ok(())
}
