//! A server in a process of its own, and how it is kept busy.

use super::room::BenchRoom;
use crate::{
    http::HttpConnection,
    latency::Latencies,
    measure::Sample,
    process::{cpu_with_children, spawn, this_program},
};
use anyhow::{Context as _, bail, ensure};
use stack::ports;
use std::{
    net::SocketAddr,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use testkit::settings::credentials;
use tokio::{
    process::{Child, Command},
    task::JoinSet,
};

/// Connections that are kept busy.
pub(super) const N_CLIENTS: usize = 64;
/// How long a server may take to start.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running server.
pub(crate) struct BenchServer {
    child: Child,
    address: SocketAddr,
}

impl BenchServer {
    pub(super) fn echo() -> anyhow::Result<Self> {
        let port = ports::reserve()?;
        let mut command = this_program()?;
        command.args(["serve-echo", &port.to_string()]);
        Self::start(command, port)
    }

    pub(crate) fn admission(redis_url: &str) -> anyhow::Result<Self> {
        let (port, admin) = (ports::reserve()?, ports::reserve()?);
        let mut command = this_program()?;
        command
            .args(["serve-admission", &port.to_string()])
            .envs(credentials())
            .env("SLUICE_REDIS__URL", redis_url)
            .env("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{port}"))
            .env("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            // All requests come from one address here, and tickets are asked about without a pause.
            .env("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", "100000000")
            .env("SLUICE_LIMITS__JOINS_PER_SECOND", "1000000");
        Self::start(command, port)
    }

    fn start(mut command: Command, port: u16) -> anyhow::Result<Self> {
        let child = spawn(command.stderr(Stdio::null()))?;
        Ok(Self { child, address: ([127, 0, 0, 1], port).into() })
    }

    /// Waits until a join is answered.
    pub(crate) async fn wait(&self, room: &BenchRoom) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            if let Ok(mut connection) = HttpConnection::open(self.address).await
                && let Ok(201) = connection.exchange(&room.join()).await
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("no join was answered at {} within {READY_WITHIN:?}", self.address)
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Measures `n` joins of new shoppers.
    pub(super) async fn measure(&self, room: &BenchRoom, n: usize) -> anyhow::Result<Sample> {
        let requests = (0..n).map(|_| room.join()).collect();
        Ok(self.answer(requests, 201, N_CLIENTS).await?.0)
    }

    /// Measures requests that so many clients send, each its next as soon as it has the answer; all
    /// must be answered with this status.
    pub(crate) async fn answer(
        &self,
        requests: Vec<Vec<u8>>,
        status: u16,
        n_clients: usize,
    ) -> anyhow::Result<(Sample, Latencies)> {
        let (n, requests) = (requests.len(), Arc::new(requests));
        let pid = self.child.id().context("the server has ended")?;
        let (cpu, started) = (cpu_with_children(pid)?, Instant::now());
        let mut clients = JoinSet::new();
        for first in 0..n_clients {
            let turns = Turns { first, n_clients, status };
            clients.spawn(send(self.address, Arc::clone(&requests), turns));
        }
        let mut latencies = Latencies::default();
        while let Some(client) = clients.join_next().await {
            latencies.extend(client??);
        }
        let (wall, used) = (started.elapsed(), cpu_with_children(pid)?.saturating_sub(cpu));
        Ok((Sample::new(n, wall, Some(used)), latencies))
    }
}

/// Which requests a client sends: every so many, from its first.
#[derive(Clone, Copy)]
struct Turns {
    first: usize,
    n_clients: usize,
    status: u16,
}

/// Sends every request of one client.
async fn send(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    turns: Turns,
) -> anyhow::Result<Latencies> {
    let Turns { first, n_clients, status: expected } = turns;
    let (mut connection, mut latencies) =
        (HttpConnection::open(address).await?, Latencies::default());
    for request in requests.iter().skip(first).step_by(n_clients) {
        let started = Instant::now();
        let status = connection.exchange(request).await?;
        latencies.push(started.elapsed());
        ensure!(status == expected, "a request was answered with {status}");
    }
    Ok(latencies)
}
