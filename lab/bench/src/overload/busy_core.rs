//! A process that keeps one core busy: with a flood, or, to compare with, with nothing at all.

use crate::{http::HttpConnection, process::spawn};
use anyhow::{Context as _, ensure};
use std::{
    fs,
    hint::spin_loop,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;
use tokio::{
    process::{Child, Command},
    task::JoinSet,
};

/// Connections of a flood.
const N_CONNECTIONS: usize = 32;

/// What such a process is told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct BusyOrder {
    /// How long it goes on, in seconds.
    seconds: f64,
    /// Whom it floods; without, it only keeps the core busy.
    #[arg(requires = "requests")]
    address: Option<SocketAddr>,
    /// A JSON file with what it sends.
    requests: Option<PathBuf>,
}

/// The process, on the last of all cores.
pub(super) struct BusyCore {
    child: Child,
    /// What it sends; deleted when it has ended.
    requests: Option<NamedTempFile>,
}

impl BusyCore {
    /// Keeps the core busy for so long.
    pub(super) fn without_flood(time: Duration) -> anyhow::Result<Self> {
        let child = start(time, &[])?;
        Ok(Self { child, requests: None })
    }

    /// Floods from the core for so long: with these requests, again and again.
    pub(super) fn flooding(
        address: SocketAddr,
        requests: &[String],
        time: Duration,
    ) -> anyhow::Result<Self> {
        let file = NamedTempFile::new()?;
        fs::write(file.path(), serde_json::to_vec(requests)?)?;
        let child = start(time, &[address.to_string(), file.path().display().to_string()])?;
        Ok(Self { child, requests: Some(file) })
    }

    /// Waits for the end. Returns how many answers there were.
    pub(super) async fn n_answered(self) -> anyhow::Result<u64> {
        let Self { child, requests } = self;
        let output = child.wait_with_output().await?;
        drop(requests);
        ensure!(output.status.success(), "the process on the busy core failed");
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

fn start(time: Duration, flood: &[String]) -> anyhow::Result<Child> {
    let core = std::thread::available_parallelism()?.get() - 1;
    let mut command = Command::new("taskset");
    command
        .args(["--cpu-list", &core.to_string()])
        .arg(std::env::current_exe()?)
        .args(["keep-busy", &time.as_secs_f64().to_string()])
        .args(flood)
        .stdout(Stdio::piped());
    spawn(&mut command).context("cannot start taskset, which is of util-linux")
}

/// Keeps a core busy in this process; prints how many answers there were.
pub(crate) async fn keep_busy(order: BusyOrder) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs_f64(order.seconds);
    let n_answered = match (order.address, order.requests) {
        (Some(address), Some(requests)) => {
            flood(address, serde_json::from_slice(&fs::read(requests)?)?, until).await?
        }
        _ => spin(until),
    };
    println!("{n_answered}");
    Ok(())
}

/// Has no answers.
fn spin(until: Instant) -> u64 {
    while Instant::now() < until {
        spin_loop();
    }
    0
}

async fn flood(address: SocketAddr, requests: Vec<String>, until: Instant) -> anyhow::Result<u64> {
    ensure!(!requests.is_empty(), "a flood of nothing");
    let (requests, mut clients) = (Arc::new(requests), JoinSet::new());
    for first in 0..N_CONNECTIONS {
        clients.spawn(ask_on(address, Arc::clone(&requests), first, until));
    }
    let mut n_answered = 0;
    while let Some(client) = clients.join_next().await {
        n_answered += client??;
    }
    Ok(n_answered)
}

/// Sends one request after another, whatever the answers are. A connection that is cut off is opened
/// again.
async fn ask_on(
    address: SocketAddr,
    requests: Arc<Vec<String>>,
    first: usize,
    until: Instant,
) -> anyhow::Result<u64> {
    let (mut connection, mut n_answered) = (HttpConnection::open(address).await?, 0);
    for request in requests.iter().cycle().skip(first).step_by(N_CONNECTIONS) {
        if Instant::now() >= until {
            break;
        }
        match connection.exchange(request.as_bytes()).await {
            Ok(_) => n_answered += 1,
            Err(_) => connection = HttpConnection::open(address).await?,
        }
    }
    Ok(n_answered)
}
