//! What the two processes agree on: how the server is started, and when it sends.
//!
//! The server says `listening`, waits for `go`, sends a frame to every socket at every tick, and
//! says what that took. It ends with its stdin.

use crate::process::own_cpu;
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::Write as _,
    time::{Duration, Instant},
};
use tokio::io::{AsyncBufReadExt as _, BufReader};

/// Pause from tick to tick, per socket: long enough that each tick is done before the next.
const PAUSE_PER_SOCKET: Duration = Duration::from_micros(60);
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// What serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// A loop of `write()`.
    Raw,
    /// Admission's hub.
    Hub,
}

impl Mode {
    /// Its word on the command line.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hub => "hub",
        }
    }
}

/// How to serve.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ServeFrames {
    pub(super) mode: Mode,
    pub(super) port: u16,
    pub(super) n_sockets: usize,
    pub(super) n_ticks: usize,
}

/// What it took to send all frames.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Served {
    pub(super) cpu_us: u64,
    pub(super) wall_us: u64,
    /// User memory that the open sockets take, where that was measured.
    pub(super) memory_bytes: Option<u64>,
}

impl ServeFrames {
    /// Sends all ticks once the client is ready, and says what it took.
    pub(super) async fn send(
        &self,
        memory_bytes: Option<u64>,
        mut tick: impl FnMut(usize) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        ensure!(is_next("go").await?, "the client ended before it was ready");
        let (cpu, started) = (own_cpu()?, Instant::now());
        for number in 1..=self.n_ticks {
            tick(number)?;
            tokio::time::sleep(self.pause()).await;
        }
        let (used, wall) = (own_cpu()?.saturating_sub(cpu), started.elapsed());
        let (cpu_us, wall_us) = (used.as_micros() as u64, wall.as_micros() as u64);
        let served = Served { cpu_us, wall_us, memory_bytes };
        say(&serde_json::to_string(&served)?)?;
        // The client is still counting.
        is_next("the end").await?;
        Ok(())
    }

    fn pause(&self) -> Duration {
        MIN_PAUSE.max(PAUSE_PER_SOCKET * self.n_sockets as u32)
    }
}

/// Memory of this process that no file stands behind.
pub(super) fn own_memory() -> anyhow::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kib.context("cannot read this process's memory")? * 1024)
}

/// Tells the client that it can connect.
pub(super) fn say_listening() -> anyhow::Result<()> {
    say("listening")
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Waits for a line, and tells whether it is this one; at the end of the input it is not.
async fn is_next(word: &str) -> anyhow::Result<bool> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    Ok(lines.next_line().await?.as_deref() == Some(word))
}
