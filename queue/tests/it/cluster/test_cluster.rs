//! A cluster of the test's own, and what an operator does to it.

use crate::EPOCH;
use redis::{Cmd, FromRedisValue};
use shared::ids::DropId;
use stack::{RedisCluster, ServerHandle};
use tempfile::TempDir;
use testkit::{TestRedis, room::TestRoom};

/// A cluster in a folder that goes away with it.
pub(super) struct TestCluster {
    pub(super) cluster: RedisCluster,
    pub(super) redis: TestRedis,
    _dir: TempDir,
}

impl TestCluster {
    pub(super) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let cluster = RedisCluster::start(dir.path()).await.unwrap();
        let redis = TestRedis::of(&cluster.env());
        Self { cluster, redis, _dir: dir }
    }

    pub(super) fn node(&self, number: usize) -> &ServerHandle {
        self.cluster.nodes().nth(number).unwrap()
    }

    pub(super) async fn slot_of(&self, drop_id: DropId) -> u16 {
        let key = format!("{{{drop_id}}}:ep");
        ask(self.node(0), redis::cmd("CLUSTER").arg("KEYSLOT").arg(key)).await
    }

    /// Opens a room as [`TestRoom::open`] does, in a slot of this node.
    pub(super) async fn room_on(&self, number: usize) -> TestRoom {
        let mut room = TestRoom::on(self.redis.clone()).await;
        while node_of(self.slot_of(room.drop_id).await) != number {
            room.drop_id = DropId::generate();
        }
        room.begin(EPOCH, 5).await;
        room.fill_bucket().await;
        room
    }

    /// Moves a slot as an operator does, keys and all, while `others` ask for it.
    pub(super) async fn move_slot(
        &self,
        slot: u16,
        from: usize,
        to: usize,
        others: impl AsyncFn(),
    ) {
        let (source, target) = (self.node(from), self.node(to));
        let (source_id, target_id) = (id_of(source).await, id_of(target).await);
        set_slot(target, slot, &["IMPORTING", &source_id]).await;
        set_slot(source, slot, &["MIGRATING", &target_id]).await;
        let port = target.url().rsplit_once(':').unwrap().1;
        loop {
            let mut listing = redis::cmd("CLUSTER");
            listing.arg("GETKEYSINSLOT").arg(slot).arg(3);
            let keys: Vec<String> = ask(source, &listing).await;
            if keys.is_empty() {
                break;
            }
            let mut moving = redis::cmd("MIGRATE");
            moving.arg("127.0.0.1").arg(port).arg("").arg(0).arg(5000).arg("KEYS").arg(&keys[..]);
            ask::<()>(source, &moving).await;
            others().await;
        }
        for node in [target, source].into_iter().chain(self.cluster.nodes()) {
            set_slot(node, slot, &["NODE", &target_id]).await;
        }
    }
}

const fn node_of(slot: u16) -> usize {
    match slot {
        0..=5_460 => 0,
        5_461..=10_922 => 1,
        _ => 2,
    }
}

pub(super) async fn ask<T: FromRedisValue>(node: &ServerHandle, command: &Cmd) -> T {
    let mut connection = testkit::redis::open(node.url()).await;
    command.query_async(&mut connection).await.unwrap()
}

async fn id_of(node: &ServerHandle) -> String {
    ask(node, redis::cmd("CLUSTER").arg("MYID")).await
}

async fn set_slot(node: &ServerHandle, slot: u16, how: &[&str]) {
    ask::<()>(node, redis::cmd("CLUSTER").arg("SETSLOT").arg(slot).arg(how)).await;
}
