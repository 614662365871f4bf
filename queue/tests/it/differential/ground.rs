//! The server that worlds are played on.

use crate::private_redis::PrivateRedis;
use queue::Queue;
use std::time::Duration;
use testkit::{TestRedis, wait_until};
use tokio::sync::OnceCell;

/// How long a restarted server may take to answer.
const BACK_WITHIN: Duration = Duration::from_secs(20);

/// A server with a connection to it.
pub(super) struct Ground {
    queue: Queue,
    redis: TestRedis,
    /// The server, if it may be restarted.
    private: Option<PrivateRedis>,
}

impl Ground {
    /// Takes the database that all worlds share.
    pub(super) async fn shared() -> Self {
        static REDIS: OnceCell<TestRedis> = OnceCell::const_new();
        let redis = REDIS.get_or_init(TestRedis::create).await.clone();
        Self { queue: testkit::room::connect(redis.url()).await, redis, private: None }
    }

    /// Starts a server that really restarts.
    pub(super) async fn private() -> Self {
        let private = PrivateRedis::start().await;
        let redis = private.redis().clone();
        let queue = testkit::room::connect(redis.url()).await;
        Self { queue, redis, private: Some(private) }
    }

    pub(super) const fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(super) const fn redis(&self) -> &TestRedis {
        &self.redis
    }

    /// Restarts the server with all that it has, if nobody else uses it. Returns whether it did.
    pub(super) async fn restart(&self) -> bool {
        let Some(private) = &self.private else { return false };
        private.restart().await;
        // The first call finds the old connection broken.
        wait_until("Redis", BACK_WITHIN, || async { self.queue.ping().await.ok() }).await;
        true
    }
}
