//! A server that a test has for itself: it counts what is asked of it, and may be restarted.

use redis::{InfoDict, aio::MultiplexedConnection};
use stack::{Stack, StackOptions};
use std::collections::BTreeMap;
use tempfile::TempDir;
use testkit::{TestRedis, room::TestRoom};

/// A server in a folder that goes away with it.
pub(crate) struct PrivateRedis {
    stack: Stack,
    redis: TestRedis,
    _dir: TempDir,
}

impl PrivateRedis {
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = StackOptions::on_free_ports(dir.path().join("stack")).unwrap();
        let stack = Stack::start(options.only(true, false, false)).await.unwrap();
        let redis = TestRedis::create_on(&stack.endpoints()).await;
        Self { stack, redis, _dir: dir }
    }

    pub(crate) const fn redis(&self) -> &TestRedis {
        &self.redis
    }

    /// Opens a room as [`TestRoom::open`] does.
    pub(crate) async fn room(&self, available: u32) -> TestRoom {
        let room = TestRoom::on(self.redis.clone()).await;
        room.begin(TestRoom::EPOCH, available).await;
        room.fill_bucket().await;
        room
    }

    /// Stops it and starts it on the same data.
    pub(crate) async fn restart(&self) {
        self.stack.redis().restart().await.unwrap();
    }

    /// Counts from now on what is asked.
    pub(crate) async fn reset_counts(&self) {
        self.ask::<()>(redis::cmd("CONFIG").arg("RESETSTAT")).await;
    }

    /// Returns how often each command was called since then, by scripts as well.
    pub(crate) async fn counts(&self) -> BTreeMap<String, u64> {
        let stats: String = self.ask(redis::cmd("INFO").arg("commandstats")).await;
        let calls = |line: &str| {
            let (name, stats) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), stats.split(',').next()?.parse::<u64>().ok()?))
        };
        stats.lines().filter_map(calls).collect()
    }

    /// Returns the memory that the data takes, in bytes.
    pub(crate) async fn used_memory(&self) -> u64 {
        let info: InfoDict = self.ask(redis::cmd("INFO").arg("memory")).await;
        info.get("used_memory").unwrap()
    }

    /// Asks something that no script does.
    pub(crate) async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> T {
        let mut connection: MultiplexedConnection = self.redis.connect().await;
        command.query_async(&mut connection).await.unwrap()
    }
}
