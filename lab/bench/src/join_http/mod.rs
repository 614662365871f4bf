//! Joins over HTTP: admission as it runs, with Redis behind it, against an axum handler that
//! reads and writes the same JSON and does nothing.
//!
//! Each server is a process of its own; both get the same requests from the same client.

pub mod echo;
mod room;

use crate::{
    cli::Options,
    http::Connection,
    machine::Machine,
    measure::{Sample, Variant},
    position::redis_cpu,
    process::{cpu_with_children, of_ourselves, ourselves},
    report::Report,
};
use anyhow::{Context as _, bail, ensure};
use room::Room;
use shared::{config::Settings, shutdown::Shutdown, telemetry};
use stack::{Stack, StackOptions, ports};
use std::{
    net::SocketAddr,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{process::Child, task::JoinSet};

/// Connections that are kept busy.
const CLIENTS: usize = 64;

/// Serves admission in this process, settings from its environment.
///
/// # Errors
///
/// Returns what keeps it from starting.
pub async fn serve_admission(port: u16) -> anyhow::Result<()> {
    let settings = Settings::load()?;
    telemetry::start_log(&settings.telemetry)?;
    ensure!(settings.admission.listen.port() == port, "two ports");
    admission::run(settings, Shutdown::default()).await
}

/// Runs the benchmark.
///
/// # Errors
///
/// Returns what kept it from being run.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let dir = tempfile::tempdir()?;
    let servers = StackOptions::on_free_ports(dir.path())?.only(true, false, false);
    let stack = Stack::start(servers).await?;
    let mut report = Report::new("join-http", options, Machine::look(dir.path()));
    let (echo, admission) = (Server::echo()?, Server::admission(stack.redis().url())?);
    let room = Room::open(stack.redis().url()).await?;
    echo.wait(&room).await?;
    admission.wait(&room).await?;

    let client = redis::Client::open(stack.redis().url())?;
    let mut redis = client.get_multiplexed_async_connection().await?;
    let n = options.pick(5_000, 40_000);
    let mut baseline = Variant::new("axum echo of the same JSON");
    let mut subject = Variant::new("admission's join");
    let mut in_redis = Variant::new("admission's join: CPU of Redis");
    for _ in 0..options.rounds() {
        baseline.samples.push(echo.measure(&room, n).await?);
        let before = redis_cpu(&mut redis).await?;
        let sample = admission.measure(&room, n).await?;
        let used = redis_cpu(&mut redis).await?.saturating_sub(before);
        in_redis.samples.push(Sample { cpu_us: Some(used.as_secs_f64() * 1e6), ..sample });
        subject.samples.push(sample);
    }
    let (rate, cost) = (subject.rate_ratio(&baseline), subject.cost_ratio(&baseline));
    report.ratio("joins/s: admission / echo", rate, ">= 0.75x");
    report.ratio("CPU of the server per join: admission / echo", cost, "");
    report.variants.extend([baseline, subject, in_redis]);
    report.notes.push(format!("{CLIENTS} connections; every join is of a new shopper"));
    Ok(report)
}

/// A server in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn echo() -> anyhow::Result<Self> {
        let port = ports::reserve()?;
        let mut command = ourselves()?;
        command.args(["serve-echo", &port.to_string()]).stderr(Stdio::null());
        Ok(Self { child: of_ourselves(&mut command)?, address: ([127, 0, 0, 1], port).into() })
    }

    fn admission(redis_url: &str) -> anyhow::Result<Self> {
        let (port, admin) = (ports::reserve()?, ports::reserve()?);
        let mut command = ourselves()?;
        command
            .args(["serve-admission", &port.to_string()])
            .stderr(Stdio::null())
            .env("SLUICE_REDIS__URL", redis_url)
            .env("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{port}"))
            .env("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            // All come from one address here.
            .env("SLUICE_LIMITS__REQUESTS_PER_SECOND_PER_IP", "100000000");
        for name in ["TICKET_KEYS", "SESSION_KEYS", "COMMAND_KEYS"] {
            command.env(format!("SLUICE_CREDENTIALS__{name}"), room::KEYS);
        }
        Ok(Self { child: of_ourselves(&mut command)?, address: ([127, 0, 0, 1], port).into() })
    }

    /// Waits until a join is answered.
    async fn wait(&self, room: &Room) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(201) = connection.exchange(&room.join()).await
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} takes no joins", self.address)
    }

    async fn measure(&self, room: &Room, n: usize) -> anyhow::Result<Sample> {
        let requests: Arc<Vec<Vec<u8>>> = Arc::new((0..n).map(|_| room.join()).collect());
        let pid = self.child.id().context("the server runs")?;
        let (cpu, started) = (cpu_with_children(pid)?, Instant::now());
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            clients.spawn(work(self.address, Arc::clone(&requests), client));
        }
        while let Some(client) = clients.join_next().await {
            client??;
        }
        let (wall, used) = (started.elapsed(), cpu_with_children(pid)?.saturating_sub(cpu));
        Ok(Sample::new(n, wall, Some(used)))
    }
}

async fn work(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    client: usize,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(address).await?;
    for request in requests.iter().skip(client).step_by(CLIENTS) {
        let status = connection.exchange(request).await?;
        ensure!(status == 201, "a join was answered with {status}");
    }
    Ok(())
}
