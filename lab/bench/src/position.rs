//! Positions of everybody who waits: the room replica's rank against pipelined `ZRANK`.
//!
//! Both hold the same people, of whom 30 % have left again, and are asked about the same ones in
//! the same order. Every sampled position must be equal.

use crate::{
    machine::Machine,
    measure::{Sample, Series},
    options::Options,
    process::own_cpu,
    report::Report,
    target::BenchTarget::AtMost,
};
use admission::room::Replica;
use anyhow::{Context as _, ensure};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng, seq::SliceRandom as _};
use redis::aio::MultiplexedConnection;
use shared::{
    drops::DropMode,
    ids::TicketId,
    line::{Epoch, EventPoint, Lane, Score},
};
use stack::{Stack, StackOptions};
use std::time::{Duration, Instant};

const EPOCH: Epoch = Epoch(1);
const KEY: &str = "bench:waiting";
/// Commands of one pipeline.
const PIPELINE: usize = 1000;
/// Of a hundred who joined, so many have left.
const LEFT: usize = 30;

/// Who waits: score and name, as both sides know them.
type People = Vec<(Score, String)>;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let servers = StackOptions::on_free_ports(dir.path())?.only(true, false, false);
    let stack = Stack::start(servers).await?;
    let mut report = Report::new("position", options, Machine::describe(dir.path()));
    let client = redis::Client::open(stack.redis().url())?;
    let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    for n_people in options.pick(&[100_000][..], &[10_000, 100_000, 1_000_000]) {
        compare(options, *n_people, &mut connection, &mut report).await?;
    }
    report.notes.push(format!("{LEFT} % of those who joined have left"));
    report.notes.push("sampled positions are equal".into());
    report.notes.push("CPU: of this process for the replica, of Redis alone for ZRANK".into());
    Ok(report)
}

async fn compare(
    options: &Options,
    n_people: usize,
    connection: &mut MultiplexedConnection,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut random = SmallRng::seed_from_u64(7);
    let (replica, mut people) = fill(n_people, connection, &mut random).await?;
    let mut subject = Series::new(format!("room replica, {n_people} joined"));
    let mut baseline = Series::new(format!("ZRANK, pipelined, {n_people} joined"));
    let n_zrank = options.pick(20_000, 200_000);
    let n_rank = options.pick(200_000, 5_000_000);
    for _ in 0..options.rounds() {
        people.shuffle(&mut random);
        let (sample, zranks) = zranks(connection, &people, n_zrank).await?;
        baseline.samples.push(sample);
        check(&replica, &people, &zranks)?;
        subject.samples.push(ranks(&replica, &people, n_rank)?);
    }
    let ratio = subject.cost_ratio(&baseline);
    let target = (n_people == 1_000_000).then_some(AtMost(0.01));
    report.figure(format!("CPU per position, {n_people} joined: replica / ZRANK"), ratio, target);
    report.series.extend([baseline, subject]);
    Ok(())
}

async fn fill(
    n_people: usize,
    connection: &mut MultiplexedConnection,
    random: &mut SmallRng,
) -> anyhow::Result<(Replica, People)> {
    let mut replica = Replica::at(EventPoint { epoch: EPOCH, evn: 0 }, DropMode::Running);
    let mut people = People::with_capacity(n_people);
    for number in 1..=n_people as u64 {
        if random.random_range(0..100) >= LEFT {
            let score = Score::new(EPOCH, number);
            replica.insert(Lane(0), score);
            people.push((score, TicketId::generate().to_string()));
        }
    }
    redis::cmd("DEL").arg(KEY).exec_async(connection).await?;
    for chunk in people.chunks(PIPELINE) {
        let mut add = redis::cmd("ZADD");
        add.arg(KEY);
        for (score, name) in chunk {
            add.arg(score.raw()).arg(name);
        }
        add.exec_async(connection).await?;
    }
    Ok((replica, people))
}

/// Asks Redis for the first `n` ranks, again from the start where there are fewer people.
async fn zranks(
    connection: &mut MultiplexedConnection,
    people: &People,
    n: usize,
) -> anyhow::Result<(Sample, Vec<Option<u64>>)> {
    let (cpu, started) = (redis_cpu(connection).await?, Instant::now());
    let mut ranks = Vec::with_capacity(n);
    let mut names = people.iter().map(|(_, name)| name).cycle();
    while ranks.len() < n {
        let mut pipeline = redis::pipe();
        for name in names.by_ref().take(PIPELINE.min(n - ranks.len())) {
            pipeline.cmd("ZRANK").arg(KEY).arg(name);
        }
        ranks.extend(pipeline.query_async::<Vec<Option<u64>>>(connection).await?);
    }
    let wall = started.elapsed();
    let used = redis_cpu(connection).await?.saturating_sub(cpu);
    Ok((Sample::new(n, wall, Some(used)), ranks))
}

/// Compares the replica's positions with the ranks of Redis, which begin at 0.
fn check(replica: &Replica, people: &People, zranks: &[Option<u64>]) -> anyhow::Result<()> {
    for ((score, _), rank) in people.iter().zip(zranks) {
        let ours = replica.position_of(Lane(0), *score);
        ensure!(ours == rank.map(|rank| rank + 1), "{ours:?} is not {rank:?} + 1");
    }
    Ok(())
}

fn ranks(replica: &Replica, people: &People, n: usize) -> anyhow::Result<Sample> {
    let (cpu, started) = (own_cpu()?, Instant::now());
    let mut sum = 0_u64;
    for (score, _) in people.iter().cycle().take(n) {
        sum = sum.wrapping_add(replica.position_of(Lane(0), *score).unwrap_or_default());
    }
    std::hint::black_box(sum);
    let (wall, used) = (started.elapsed(), own_cpu()?.saturating_sub(cpu));
    Ok(Sample::new(n, wall, Some(used)))
}

/// CPU that Redis has used.
pub(crate) async fn redis_cpu(connection: &mut MultiplexedConnection) -> anyhow::Result<Duration> {
    let info: String = redis::cmd("INFO").arg("cpu").query_async(connection).await?;
    let seconds = |name: &str| -> anyhow::Result<f64> {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(line.with_context(|| format!("Redis reports no {name}"))?.trim().parse()?)
    };
    Ok(Duration::from_secs_f64(seconds("used_cpu_user")? + seconds("used_cpu_sys")?))
}
