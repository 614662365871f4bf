//! The servers on real programs: killed, restarted, wiped, with a look at their data.

#![cfg(test)]
mod kafka;
mod leftovers;
mod postgres;
mod redis;
mod services;
mod several_redis;

use ::redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};
use stack::{Stack, StackOptions};
use std::time::Duration;
use tempfile::TempDir;

/// How long something that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connects to a Redis, with more patience than the client has by itself.
async fn connect(url: &str) -> MultiplexedConnection {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let client = Client::open(url).unwrap();
    client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
}

/// A stack of some servers in a folder that goes away with it.
async fn start(redis: bool, postgres: bool, kafka: bool) -> (Stack, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path().join("stack")).unwrap();
    let stack = Stack::start(options.only(redis, postgres, kafka)).await.unwrap();
    (stack, dir)
}
