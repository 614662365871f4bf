//! Places of everybody who waits: the room replica's rank against pipelined `ZRANK`.
//!
//! Both hold the same people, of whom 30 % have left again, and are asked about the same ones in
//! the same order. Every sampled place must be equal.

use crate::{
    cli::Options,
    machine::Machine,
    measure::{Sample, Variant},
    process::own_cpu,
    report::Report,
};
use admission::room::Replica;
use anyhow::{Context as _, ensure};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng, seq::SliceRandom as _};
use redis::aio::MultiplexedConnection;
use shared::{
    drops::DropMode,
    messages::EventPoint,
    tickets::{Epoch, Lane, Score},
};
use stack::{Stack, StackOptions};
use std::time::{Duration, Instant};
use uuid::Uuid;

const KEY: &str = "bench:waiting";
/// Commands of one pipeline.
const PIPELINE: usize = 1000;
/// Of a hundred who joined, so many left.
const LEFT: usize = 30;

/// Who waits: score and name, as both sides know them.
type People = Vec<(Score, String)>;

/// Runs the benchmark.
///
/// # Errors
///
/// Returns what kept it from being run.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let servers = StackOptions::on_free_ports(dir.path())?.only(true, false, false);
    let stack = Stack::start(servers).await?;
    let mut report = Report::new("position", options, Machine::look(dir.path()));
    let client = redis::Client::open(stack.redis().url())?;
    let config = redis::AsyncConnectionConfig::new().set_response_timeout(None);
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    for n_people in options.pick(&[100_000][..], &[10_000, 100_000, 1_000_000]) {
        compare(options, *n_people, &mut connection, &mut report).await?;
    }
    report.notes.push(format!("{LEFT} % of those who joined have left; sampled places are equal"));
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
    let mut subject = Variant::new(format!("room replica, {n_people} joined"));
    let mut baseline = Variant::new(format!("ZRANK, pipelined, {n_people} joined"));
    let n_zrank = options.pick(20_000, 200_000);
    let n_rank = options.pick(200_000, 5_000_000);
    for _ in 0..options.rounds() {
        people.shuffle(&mut random);
        let (sample, places) = zranks(connection, &people, n_zrank).await?;
        baseline.samples.push(sample);
        for ((score, _), place) in people.iter().zip(&places) {
            let ours = replica.place_of(Lane(0), *score);
            ensure!(ours == place.map(|rank| rank + 1), "{ours:?} is not {place:?} + 1");
        }
        subject.samples.push(ranks(&replica, &people, n_rank)?);
    }
    let ratio = subject.cost_ratio(&baseline);
    let reach = if n_people == 1_000_000 { "<= 0.01x" } else { "" };
    report.ratio(format!("CPU per place, {n_people} joined: replica / ZRANK"), ratio, reach);
    report.variants.extend([baseline, subject]);
    Ok(())
}

async fn fill(
    n_people: usize,
    connection: &mut MultiplexedConnection,
    random: &mut SmallRng,
) -> anyhow::Result<(Replica, People)> {
    let mut replica = Replica::at(EventPoint { epoch: Epoch(1), evn: 0 }, DropMode::Running);
    let mut people = People::with_capacity(n_people);
    for number in 1..=n_people as u64 {
        if random.random_range(0..100) >= LEFT {
            let score = Score::new(Epoch(1), number);
            replica.place(Lane(0), score);
            people.push((score, Uuid::now_v7().to_string()));
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

/// Asks Redis for the first `n` places, again from the start where there are fewer.
async fn zranks(
    connection: &mut MultiplexedConnection,
    people: &People,
    n: usize,
) -> anyhow::Result<(Sample, Vec<Option<u64>>)> {
    let (cpu, started) = (redis_cpu(connection).await?, Instant::now());
    let mut places = Vec::with_capacity(n);
    let mut names = people.iter().map(|(_, name)| name).cycle();
    while places.len() < n {
        let mut pipeline = redis::pipe();
        for name in names.by_ref().take(PIPELINE.min(n - places.len())) {
            pipeline.cmd("ZRANK").arg(KEY).arg(name);
        }
        places.extend(pipeline.query_async::<Vec<Option<u64>>>(connection).await?);
    }
    let wall = started.elapsed();
    let used = redis_cpu(connection).await?.saturating_sub(cpu);
    Ok((Sample::new(n, wall, Some(used)), places))
}

fn ranks(replica: &Replica, people: &People, n: usize) -> anyhow::Result<Sample> {
    let (cpu, started) = (own_cpu()?, Instant::now());
    let mut sum = 0_u64;
    for (score, _) in people.iter().cycle().take(n) {
        sum = sum.wrapping_add(replica.place_of(Lane(0), *score).unwrap_or_default());
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
        Ok(line.with_context(|| format!("Redis tells no {name}"))?.trim().parse()?)
    };
    Ok(Duration::from_secs_f64(seconds("used_cpu_user")? + seconds("used_cpu_sys")?))
}
