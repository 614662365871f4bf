//! What the benchmarks of Postgres share: a server, a database per setting, and the server's CPU.

use crate::{measure::Sample, process::cpu_with_children};
use anyhow::Context as _;
use database::PgPool;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use stack::{ServerHandle, Stack, StackOptions};
use std::{path::Path, time::Instant};

/// The settings of `synchronous_commit` that are compared.
pub(crate) const SYNC: [&str; 2] = ["on", "off"];

/// Starts a server of the benchmark's own.
pub(crate) async fn start(dir: &Path) -> anyhow::Result<Stack> {
    let servers = StackOptions::on_free_ports(dir)?.only(false, true, false);
    Ok(Stack::start(servers).await?)
}

/// Makes a migrated database on this server, with this setting of `synchronous_commit`. Returns its
/// address.
pub(crate) async fn create_database(
    server_url: &str,
    name: &str,
    sync: &str,
) -> anyhow::Result<String> {
    let name = format!("{name}_{sync}");
    let mut admin = PgConnection::connect(server_url).await?;
    for sql in [
        format!("create database {name}"),
        format!("alter database {name} set synchronous_commit = {sync}"),
    ] {
        admin.execute(AssertSqlSafe(sql)).await?;
    }
    let (base, _) = server_url.rsplit_once('/').context("an address without a database")?;
    let url = format!("{base}/{name}");
    database::migrate(&connect(&url)?).await?;
    Ok(url)
}

/// Opens a pool as the services do.
pub(crate) fn connect(url: &str) -> anyhow::Result<PgPool> {
    let settings = testkit::settings([("SLUICE_DATABASE__URL", url)]);
    Ok(database::connect(&settings.database)?)
}

/// Measures work that returns how much it has done, with the CPU of all Postgres processes.
pub(crate) async fn measured(
    server: &ServerHandle,
    work: impl Future<Output = anyhow::Result<usize>>,
) -> anyhow::Result<Sample> {
    let pid = server.pid().context("Postgres has ended")?;
    let (cpu, started) = (cpu_with_children(pid)?, Instant::now());
    let ops = work.await?;
    let (wall, used) = (started.elapsed(), cpu_with_children(pid)?.saturating_sub(cpu));
    Ok(Sample::new(ops, wall, Some(used)))
}
