//! A snapshot of a long line: how long it takes, and how long Redis stands still for it.

use crate::{
    line::BenchLine, measure::Spread, options::Options, redis::BenchRedis, report::Report,
};
use redis::aio::MultiplexedConnection;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use testkit::room::TestRoom;

/// Pause between two pings.
const PAUSE: Duration = Duration::from_millis(1);

/// Takes snapshots while another client pings.
pub(super) async fn measure(
    options: &Options,
    redis: &BenchRedis,
    line: &BenchLine,
    n: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (mut seconds, mut stops, mut idle) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        let started = Instant::now();
        let taking = line.queue().snapshot(line.drop_id(), TestRoom::EPOCH);
        let longest = longest_ping(redis, async { taking.await.map(drop).map_err(Into::into) });
        stops.push(longest.await?);
        let took = started.elapsed();
        seconds.push(took.as_secs_f64());
        let nothing = async {
            tokio::time::sleep(took).await;
            Ok(())
        };
        idle.push(longest_ping(redis, nothing).await?);
    }
    report.figure(format!("snapshot of {n} who wait, s"), Spread::of(seconds), None);
    report.figure("longest ping meanwhile, ms", Spread::of(stops), None);
    report.figure("longest ping while nothing happens, ms", Spread::of(idle), None);
    Ok(())
}

/// Pings until the work is done; returns the longest round trip in milliseconds.
async fn longest_ping(
    redis: &BenchRedis,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<f64> {
    let is_done = Arc::new(AtomicBool::new(false));
    // A task of its own, which the work does not hold up.
    let pinging = tokio::spawn(ping_until(redis.connection(), Arc::clone(&is_done)));
    let done = work.await;
    is_done.store(true, Ordering::Relaxed);
    let longest = pinging.await??;
    done?;
    Ok(longest.as_secs_f64() * 1e3)
}

async fn ping_until(
    mut connection: MultiplexedConnection,
    is_done: Arc<AtomicBool>,
) -> anyhow::Result<Duration> {
    let mut longest = Duration::ZERO;
    while !is_done.load(Ordering::Relaxed) {
        let started = Instant::now();
        redis::cmd("PING").exec_async(&mut connection).await?;
        longest = longest.max(started.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(longest)
}
