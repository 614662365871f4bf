//! A Redis of the benchmark's own, and what it uses.

use crate::process::cpu_of_threads;
use anyhow::Context as _;
use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use stack::{Stack, StackOptions};
use std::{path::Path, time::Duration};
use tempfile::TempDir;
use testkit::TestRedis;

/// A private server, with the settings of every other.
pub(crate) struct BenchRedis {
    stack: Stack,
    connection: MultiplexedConnection,
    /// Dropped last: the server writes there.
    dir: TempDir,
}

impl BenchRedis {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let dir = tempfile::tempdir()?;
        let servers = StackOptions::on_free_ports(dir.path())?.only(true, false, false);
        let stack = Stack::start(servers).await?;
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let client = Client::open(stack.redis().url())?;
        let connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Self { stack, connection, dir })
    }

    /// Where it keeps its data.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A connection of the benchmark itself, whose calls may take as long as they need.
    pub(crate) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    /// Takes the next of its databases, empty.
    pub(crate) async fn database(&self) -> TestRedis {
        TestRedis::create_on(&self.stack.endpoints()).await
    }

    /// CPU that it has used, all threads included.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of_threads(self.stack.redis().pid().context("Redis has ended")?)
    }

    /// Bytes that it has allocated.
    pub(crate) async fn used_memory(&self) -> anyhow::Result<u64> {
        let info: String =
            redis::cmd("INFO").arg("memory").query_async(&mut self.connection()).await?;
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
        Ok(used.context("Redis does not report its memory")?.trim().parse()?)
    }

    /// Deletes everything in all databases; returns when the memory is free.
    pub(crate) async fn empty(&self) -> anyhow::Result<()> {
        Ok(redis::cmd("FLUSHALL").arg("SYNC").exec_async(&mut self.connection()).await?)
    }
}
