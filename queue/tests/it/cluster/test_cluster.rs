//! A cluster of the test's own, and what an operator does to it.

use crate::EPOCH;
use shared::ids::DropId;
use stack::{RedisCluster, ServerHandle};
use tempfile::TempDir;
use testkit::{
    TestRedis,
    operators::{self, first_holder},
    room::TestRoom,
};

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
        operators::slot_of(&self.cluster, drop_id).await
    }

    /// Opens a room as [`TestRoom::open`] does, in a slot of this node.
    pub(super) async fn room_on(&self, number: usize) -> TestRoom {
        let mut room = TestRoom::on(self.redis.clone()).await;
        while first_holder(self.slot_of(room.drop_id).await) != number {
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
        operators::move_slot(&self.cluster, slot, (from, to), others).await;
    }
}
