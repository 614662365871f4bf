//! Position updates: CPU of the server per update that a client has received, and memory of the
//! server per socket that waits.
//!
//! The subject is what admission runs: a room replica, the hub's look at those who are due, sockets
//! that it writes to. The baseline writes a ready-made frame of the same size to bare sockets in a
//! loop. Client and server are separate processes, so neither pays for the other.

pub(crate) mod frames;
mod hub;
mod listeners;
mod raw;

use crate::{
    machine::Machine,
    measure::{Sample, Series, Spread},
    options::Options,
    process::{spawn, this_program},
    report::Report,
    target::BenchTarget::AtMost,
};
use anyhow::{Context as _, ensure};
use frames::{Mode, ServeFrames, Served};
use listeners::Listeners;
use nix::sys::resource::{Resource, getrlimit};
use stack::ports;
use std::{process::Stdio, time::Duration};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// Files that a process has open beside its sockets, at most.
const OTHER_FILES: u64 = 200;

/// Fewer share out memory that a process takes in steps of 2 MiB.
const MANY_SOCKETS: usize = 8_000;

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::new("fanout", options, Machine::describe(&std::env::temp_dir()));
    let n_ticks = options.pick(6, 12);
    for n_sockets in options.pick(&[500_usize][..], &[500, 2_000, 8_000, 17_000]) {
        if !may_open(*n_sockets)? {
            report.notes.push(format!("{n_sockets} sockets: more files than may be open here"));
            continue;
        }
        let mut raw = Series::new(format!("raw write(), {n_sockets} sockets"));
        let mut hub = Series::new(format!("admission's hub, {n_sockets} sockets"));
        let mut memory = Vec::new();
        for _ in 0..options.rounds() {
            raw.samples.push(once(Mode::Raw, *n_sockets, n_ticks).await?.0);
            let (sample, kib) = once(Mode::Hub, *n_sockets, n_ticks).await?;
            hub.samples.push(sample);
            memory.push(kib);
        }
        let name = format!("CPU per update, {n_sockets} sockets: hub / write()");
        report.figure(name, hub.cost_ratio(&raw), Some(AtMost(1.2)));
        let name = format!("user memory per waiting socket, {n_sockets} sockets, KiB");
        let target = (*n_sockets >= MANY_SOCKETS).then_some(AtMost(4.0));
        report.figure(name, Spread::of_measured(memory), target);
        report.series.extend([raw, hub]);
    }
    report.notes.push("every update is a different frame; the raw one is always the same".into());
    Ok(report)
}

/// Whether a process may open so many sockets.
fn may_open(n_sockets: usize) -> anyhow::Result<bool> {
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(n_sockets as u64 + OTHER_FILES <= limit)
}

/// Serves in this process, until the client ends.
pub(crate) async fn serve(frames: ServeFrames) -> anyhow::Result<()> {
    match frames.mode {
        Mode::Raw => raw::serve(frames).await,
        Mode::Hub => hub::serve(frames).await,
    }
}

/// One round, and the memory of a socket in KiB where that was measured.
async fn once(
    mode: Mode,
    n_sockets: usize,
    n_ticks: usize,
) -> anyhow::Result<(Sample, Option<f64>)> {
    let port = ports::reserve()?;
    let mut command = this_program()?;
    command
        .args(["serve-frames", mode.as_str()])
        .args([port.to_string(), n_sockets.to_string(), n_ticks.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = spawn(&mut command)?;
    let mut input = child.stdin.take().context("the server has no stdin")?;
    let output = child.stdout.take().context("the server has no stdout")?;
    let mut lines = BufReader::new(output).lines();
    let first = lines.next_line().await?;
    ensure!(first.as_deref() == Some("listening"), "the server did not start");
    let listeners = Listeners::connect(([127, 0, 0, 1], port).into(), mode, n_sockets).await?;
    // The first frame of each connection is not counted.
    listeners.wait_for(n_sockets).await?;
    input.write_all(b"go\n").await?;
    let served = lines.next_line().await?.context("the server has ended")?;
    let served: Served = serde_json::from_str(&served)?;
    // What is still under way may arrive; a frame that was replaced by the next one never will.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let n_delivered = listeners.n_received() - n_sockets;
    let n_sent = n_sockets * n_ticks;
    ensure!(n_delivered * 10 >= n_sent * 9, "only {n_delivered} of {n_sent} updates arrived");
    let (wall, cpu) = (Duration::from_micros(served.wall_us), Duration::from_micros(served.cpu_us));
    let kib = served.memory_bytes.map(|bytes| bytes as f64 / 1024.0 / n_sockets as f64);
    Ok((Sample::new(n_delivered, wall, Some(cpu)), kib))
}
