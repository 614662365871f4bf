//! The servers on real programs: killed, restarted, wiped, with a look at their data.

#![cfg(test)]
mod kafka;
mod leftovers;
mod postgres;
mod redis;
mod services;
mod several_redis;

use stack::{Stack, StackOptions};
use tempfile::TempDir;

/// A stack of some servers in a folder that goes away with it.
async fn start(redis: bool, postgres: bool, kafka: bool) -> (Stack, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path().join("stack")).unwrap();
    let stack = Stack::start(options.only(redis, postgres, kafka)).await.unwrap();
    (stack, dir)
}
