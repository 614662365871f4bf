//! A master of Redis with two replicas, and three sentinels that watch them.
//!
//! The second replica is never promoted: it is there so that a new master has a replica, without
//! which it takes no writes.

use std::path::Path;

use crate::{
    Env, ServerHandle, StackError, ports,
    private_files::make_dir,
    redis::{self, RedisServer},
};

/// What the sentinels call the master.
const MASTER_NAME: &str = "line";
const N_SENTINELS: usize = 3;
/// Priority of a replica that is not promoted.
const NEVER: &str = "0";
const CONFIG_FILE: &str = "sentinel.conf";

/// Running servers and sentinels. Dropped without [`stop`](Self::stop), they are killed.
#[derive(Debug)]
pub struct RedisSentinels {
    servers: Vec<RedisServer>,
    sentinels: Vec<RedisServer>,
}

impl RedisSentinels {
    /// Starts all of them on free ports, with data and logs in `dir`; returns when the sentinels know
    /// the replicas and one another.
    ///
    /// # Errors
    ///
    /// Returns an error if one does not start or is not found. What was started by then is killed.
    pub async fn start(dir: &Path) -> Result<Self, StackError> {
        make_dir(&dir.join("logs"))?;
        let mut all = Self { servers: Vec::new(), sentinels: Vec::new() };
        let master_port = ports::reserve()?;
        all.start_server(dir, "redis-master", master_port, "100").await?;
        let replica_of = format!("REPLICAOF 127.0.0.1 {master_port}");
        for (name, priority) in [("redis-replica-1", "100"), ("redis-replica-2", NEVER)] {
            let replica = all.start_server(dir, name, ports::reserve()?, priority).await?;
            redis::ask(replica, &replica_of).await?;
        }
        let online = ["connected_slaves:2", "slave0:", "slave1:", "min_slaves_good_slaves:2"];
        redis::wait_until_all_say([all.master()], "INFO replication", &online).await?;
        for number in 1..=N_SENTINELS {
            all.start_sentinel(dir, number, master_port).await?;
        }
        let complete = [format!("name={MASTER_NAME},status=ok"), "slaves=2,sentinels=3".to_owned()];
        let complete = complete.each_ref().map(String::as_str);
        redis::wait_until_all_say(all.sentinels(), "INFO sentinel", &complete).await?;
        Ok(all)
    }

    /// The server that was the master at first.
    pub fn master(&self) -> &ServerHandle {
        &self.servers[0].handle
    }

    /// The server that becomes the master when the first one is away.
    pub fn heir(&self) -> &ServerHandle {
        &self.servers[1].handle
    }

    /// The sentinels.
    pub fn sentinels(&self) -> impl Iterator<Item = &ServerHandle> {
        self.sentinels.iter().map(|sentinel| &sentinel.handle)
    }

    /// Makes a sentinel replace the master though nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// Returns what the sentinel says, such as that no replica is ready.
    pub async fn fail_over(&self) -> Result<(), StackError> {
        let question = format!("SENTINEL FAILOVER {MASTER_NAME}");
        redis::ask(&self.sentinels[0].handle, &question).await.map(drop)
    }

    /// How services reach the master.
    pub fn env(&self) -> Env {
        let sentinels: Vec<_> = self.sentinels().map(ServerHandle::url).collect();
        [
            ("SLUICE_REDIS__MODE", "sentinel".to_owned()),
            ("SLUICE_REDIS__URL", self.master().url().to_owned()),
            ("SLUICE_REDIS__NODES", sentinels.join(",")),
            ("SLUICE_REDIS__MASTER_NAME", MASTER_NAME.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Stops all of them, the sentinels first.
    ///
    /// # Errors
    ///
    /// Returns the first failure, after all were tried.
    pub async fn stop(&self) -> Result<(), StackError> {
        let mut results = Vec::new();
        for process in self.sentinels.iter().chain(&self.servers) {
            results.push(process.handle.stop().await);
        }
        results.into_iter().collect()
    }

    async fn start_server(
        &mut self,
        dir: &Path,
        name: &str,
        port: u16,
        priority: &str,
    ) -> Result<&ServerHandle, StackError> {
        let settings = [
            ("--min-replicas-to-write", "1"),
            ("--min-replicas-max-lag", "5"),
            ("--repl-diskless-sync-delay", "0"),
            ("--replica-priority", priority),
        ];
        let server = RedisServer::named(name, dir, port, &settings)?;
        server.first_start(port).await?;
        self.servers.push(server);
        Ok(&self.servers[self.servers.len() - 1].handle)
    }

    async fn start_sentinel(
        &mut self,
        dir: &Path,
        number: usize,
        master_port: u16,
    ) -> Result<(), StackError> {
        let port = ports::reserve()?;
        let args = vec![CONFIG_FILE.to_owned(), "--sentinel".to_owned()];
        let sentinel = RedisServer::of(&format!("sentinel-{number}"), dir, port, args)?;
        let config = config(port, master_port);
        sentinel.first_start_with(port, CONFIG_FILE, &config).await?;
        self.sentinels.push(sentinel);
        Ok(())
    }
}

/// A sentinel keeps what it learns in this file.
fn config(port: u16, master_port: u16) -> String {
    format!(
        "port {port}\n\
         bind 127.0.0.1\n\
         dir .\n\
         sentinel monitor {MASTER_NAME} 127.0.0.1 {master_port} 2\n\
         sentinel down-after-milliseconds {MASTER_NAME} 5000\n\
         sentinel failover-timeout {MASTER_NAME} 6000\n"
    )
}
