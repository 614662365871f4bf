//! Position updates: CPU of the server per update that a client has received.
//!
//! The subject is what admission runs: a room replica, the hub's look at all who listen, outlets,
//! WebSockets. The baseline writes a ready frame of the same size to bare sockets in a loop.
//! Client and server are processes of their own, so neither pays for the other.

mod listeners;
pub mod server;

use crate::{
    cli::Options,
    machine::Machine,
    measure::{Sample, Variant},
    process::{of_ourselves, ourselves},
    report::Report,
};
use anyhow::{Context as _, ensure};
use listeners::Listeners;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use server::{Mode, Served};
use stack::ports;
use std::{process::Stdio, time::Duration};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

/// Runs the benchmark.
///
/// # Errors
///
/// Returns what kept it from being run.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let mut report = Report::new("fanout", options, Machine::look(&std::env::temp_dir()));
    let ticks = options.pick(6, 12);
    for sockets in options.pick(&[500_usize][..], &[2_000, 8_000]) {
        let mut raw = Variant::new(format!("raw write(), {sockets} sockets"));
        let mut hub = Variant::new(format!("admission's hub, {sockets} sockets"));
        for _ in 0..options.rounds() {
            raw.samples.push(once(Mode::Raw, *sockets, ticks).await?);
            hub.samples.push(once(Mode::Hub, *sockets, ticks).await?);
        }
        let ratio = hub.cost_ratio(&raw);
        report.ratio(
            format!("CPU per update, {sockets} sockets: hub / write()"),
            ratio,
            "<= 1.10x",
        );
        report.variants.extend([raw, hub]);
    }
    report.notes.push("every update is a different frame; the raw one is the same for all".into());
    Ok(report)
}

async fn once(mode: Mode, sockets: usize, ticks: usize) -> anyhow::Result<Sample> {
    let port = ports::reserve()?;
    let mut command = ourselves()?;
    command
        .args(["serve-frames", mode.as_str()])
        .args([port.to_string(), sockets.to_string(), ticks.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = of_ourselves(&mut command)?;
    let mut input = child.stdin.take().context("a pipe")?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    ensure!(lines.next_line().await?.as_deref() == Some("listening"), "the server has not come up");
    let listeners = Listeners::connect(([127, 0, 0, 1], port).into(), mode, sockets).await?;
    // The first frame of each connection is not counted.
    listeners.wait_for(sockets).await?;
    input.write_all(b"go\n").await?;
    let served: Served =
        serde_json::from_str(&lines.next_line().await?.context("the server has ended")?)?;
    // A frame that was still waiting when the next one came is not sent any more.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let delivered = listeners.received() - sockets;
    ensure!(delivered * 10 >= sockets * ticks * 9, "only {delivered} of {}", sockets * ticks);
    let cpu = Duration::from_micros(served.cpu_us);
    Ok(Sample::new(delivered, Duration::from_micros(served.wall_us), Some(cpu)))
}
