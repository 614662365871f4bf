//! A server in a process of its own, and how it is kept busy.

use super::room::BenchRoom;
use crate::{
    http::HttpConnection,
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
pub(super) struct BenchServer {
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

    pub(super) fn admission(redis_url: &str) -> anyhow::Result<Self> {
        let (port, admin) = (ports::reserve()?, ports::reserve()?);
        let mut command = this_program()?;
        command
            .args(["serve-admission", &port.to_string()])
            .envs(credentials())
            .env("SLUICE_REDIS__URL", redis_url)
            .env("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{port}"))
            .env("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            // All requests come from one address here.
            .env("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", "100000000");
        Self::start(command, port)
    }

    fn start(mut command: Command, port: u16) -> anyhow::Result<Self> {
        let child = spawn(command.stderr(Stdio::null()))?;
        Ok(Self { child, address: ([127, 0, 0, 1], port).into() })
    }

    /// Waits until a join is answered.
    pub(super) async fn wait(&self, room: &BenchRoom) -> anyhow::Result<()> {
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

    /// Measures `n` joins of new shoppers.
    pub(super) async fn measure(&self, room: &BenchRoom, n: usize) -> anyhow::Result<Sample> {
        let requests: Arc<Vec<Vec<u8>>> = Arc::new((0..n).map(|_| room.join()).collect());
        let pid = self.child.id().context("the server has ended")?;
        let (cpu, started) = (cpu_with_children(pid)?, Instant::now());
        let mut clients = JoinSet::new();
        for client in 0..N_CLIENTS {
            clients.spawn(send(self.address, Arc::clone(&requests), client));
        }
        while let Some(client) = clients.join_next().await {
            client??;
        }
        let (wall, used) = (started.elapsed(), cpu_with_children(pid)?.saturating_sub(cpu));
        Ok(Sample::new(n, wall, Some(used)))
    }
}

/// Sends every request of one client.
async fn send(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    client: usize,
) -> anyhow::Result<()> {
    let mut connection = HttpConnection::open(address).await?;
    for request in requests.iter().skip(client).step_by(N_CLIENTS) {
        let status = connection.exchange(request).await?;
        ensure!(status == 201, "a join was answered with {status}");
    }
    Ok(())
}
