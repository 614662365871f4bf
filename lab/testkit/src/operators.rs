//! What an operator does to several servers of Redis that belong together.

use std::time::Duration;

use redis::{Cmd, FromRedisValue, InfoDict};
use shared::ids::DropId;
use stack::{RedisCluster, RedisSentinels, ServerHandle};
use tokio::time::sleep;

use crate::{redis::open, wait_until};

/// How long sentinels may take to agree and to act.
const PATIENCE: Duration = Duration::from_secs(60);
/// After this time all sentinels act on a failover that one of them made.
const AGREED: Duration = Duration::from_secs(8);
/// Keys that are moved together: a room takes several steps, and is on both nodes meanwhile.
const KEYS_TOGETHER: usize = 3;

/// Asks one server.
///
/// # Panics
///
/// Panics if it does not answer, or refuses.
pub async fn ask<T: FromRedisValue>(server: &ServerHandle, command: &Cmd) -> T {
    let mut connection = open(server.url()).await;
    command.query_async(&mut connection).await.expect("the server does what it is asked")
}

/// Returns what a server says of itself.
///
/// # Panics
///
/// Panics if it does not answer.
pub async fn info(server: &ServerHandle, section: &str) -> InfoDict {
    ask(server, redis::cmd("INFO").arg(section)).await
}

/// Returns the slot of a drop's keys.
///
/// # Panics
///
/// Panics if the cluster does not answer.
pub async fn slot_of(cluster: &RedisCluster, drop_id: DropId) -> u16 {
    let key = format!("{{{drop_id}}}:ep");
    ask(node(cluster, 0), redis::cmd("CLUSTER").arg("KEYSLOT").arg(key)).await
}

/// Returns which node had a slot at first.
#[must_use]
pub const fn first_holder(slot: u16) -> usize {
    match slot {
        0..=5_460 => 0,
        5_461..=10_922 => 1,
        _ => 2,
    }
}

/// Moves a slot, keys and all, while `others` ask for it.
///
/// # Panics
///
/// Panics if the cluster does not do it.
pub async fn move_slot(
    cluster: &RedisCluster,
    slot: u16,
    (from, to): (usize, usize),
    others: impl AsyncFn(),
) {
    let (source, target) = (node(cluster, from), node(cluster, to));
    let (source_id, target_id) = (id_of(source).await, id_of(target).await);
    set_slot(target, slot, &["IMPORTING", &source_id]).await;
    set_slot(source, slot, &["MIGRATING", &target_id]).await;
    let (_, port) = target.url().rsplit_once(':').expect("an address has a port");
    loop {
        let mut listing = redis::cmd("CLUSTER");
        listing.arg("GETKEYSINSLOT").arg(slot).arg(KEYS_TOGETHER);
        let keys: Vec<String> = ask(source, &listing).await;
        if keys.is_empty() {
            break;
        }
        let mut moving = redis::cmd("MIGRATE");
        moving.arg("127.0.0.1").arg(port).arg("").arg(0).arg(5000).arg("KEYS").arg(&keys[..]);
        ask::<()>(source, &moving).await;
        others().await;
    }
    for node in [target, source].into_iter().chain(cluster.nodes()) {
        set_slot(node, slot, &["NODE", &target_id]).await;
    }
}

/// Waits until this server is the master, with both others as its replicas.
///
/// # Panics
///
/// Panics if it never is.
pub async fn wait_for_master(server: &ServerHandle) {
    wait_until("master with two replicas", PATIENCE, async || is_master(server).await).await;
}

/// Makes this server the master though nothing is wrong with the one that is. A sentinel that has not
/// heard of it in time undoes it, so it may take more than one attempt.
///
/// # Panics
///
/// Panics if it never becomes the master.
pub async fn fail_over_to(sentinels: &RedisSentinels, server: &ServerHandle) {
    wait_until("failover without cause", PATIENCE, async || {
        let role = info(server, "replication").await.get::<String>("role")?;
        if role != "master" && sentinels.fail_over().await.is_ok() {
            sleep(AGREED).await;
        }
        is_master(server).await
    })
    .await;
}

/// Whether it is the master of both others.
async fn is_master(server: &ServerHandle) -> Option<()> {
    let info = info(server, "replication").await;
    let is_master = info.get::<String>("role")? == "master";
    (is_master && info.get::<u32>("min_slaves_good_slaves")? == 2).then_some(())
}

fn node(cluster: &RedisCluster, number: usize) -> &ServerHandle {
    cluster.nodes().nth(number).expect("a cluster has three nodes")
}

async fn id_of(node: &ServerHandle) -> String {
    ask(node, redis::cmd("CLUSTER").arg("MYID")).await
}

async fn set_slot(node: &ServerHandle, slot: u16, how: &[&str]) {
    ask::<()>(node, redis::cmd("CLUSTER").arg("SETSLOT").arg(slot).arg(how)).await;
}
