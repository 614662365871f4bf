//! A master that sentinels replace, and that comes back.

use crate::EPOCH;
use queue::{DropKeys, Queue, QueueError, Wake};
use shared::line::{EpochProblem, JoinOutcome};
use stack::RedisSentinels;
use std::time::Duration;
use tempfile::TempDir;
use testkit::{
    TestRedis,
    operators::{ask, fail_over_to, info, wait_for_master},
    room::TestRoom,
    settings, wait_until,
};
use tokio::time::timeout;

/// How long sentinels may take to agree and to act.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long replicas may take to have what was written, milliseconds.
const COPIED_WITHIN_MS: u64 = 20_000;

/// Servers and sentinels in a folder that goes away with them.
struct TestSentinels {
    all: RedisSentinels,
    _dir: TempDir,
}

impl TestSentinels {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let all = RedisSentinels::start(dir.path()).await.unwrap();
        Self { all, _dir: dir }
    }

    /// Opens a room; its calls have no more patience than those of a service.
    async fn room(&self) -> TestRoom {
        let env = self.all.env();
        let mut room = TestRoom::on(TestRedis::of(&env)).await;
        room.queue = Queue::connect(&settings(env).redis).await.unwrap();
        room.begin(EPOCH, 5).await;
        room.fill_bucket().await;
        room
    }
}

/// Waits until a join is refused since its epoch is not this server's. Nobody may get in before.
async fn wait_until_refused(room: &TestRoom) {
    let problem = wait_until("refusal", PATIENCE, async || {
        match room.queue.join(room.drop_id, EPOCH, &[room.request(1)]).await {
            Err(QueueError::Epoch { problem, .. }) => Some(problem),
            Err(error) => {
                assert!(error.is_unavailable(), "{error:?}");
                None
            }
            Ok(reply) => panic!("joined a line that may have lost something: {reply:?}"),
        }
    });
    assert_eq!(problem.await, EpochProblem::OtherServer);
}

#[tokio::test]
async fn a_failed_over_line_is_refused_by_the_new_master_and_by_the_old_one_promoted_again() {
    let sentinels = TestSentinels::start().await;
    let (all, room) = (&sentinels.all, sentinels.room().await);
    let (queue, drop_id) = (&room.queue, room.drop_id);
    room.join(3).await;
    let n_replicas: u32 = ask(all.master(), redis::cmd("WAIT").arg(2).arg(COPIED_WITHIN_MS)).await;
    assert_eq!(n_replicas, 2, "they have the line");
    let mut wakes = queue.wakes();
    assert_eq!(wakes.next().await, Wake::Subscribed);
    let run_id = info(all.master(), "server").await.get::<String>("run_id").unwrap();

    all.master().freeze().await.unwrap();
    wait_until_refused(&room).await;
    assert_eq!(info(all.heir(), "replication").await.get::<String>("role").unwrap(), "master");

    all.master().thaw().await.unwrap();
    wait_for_master(all.heir()).await;
    let heard = timeout(PATIENCE, async { while wakes.next().await != Wake::Subscribed {} });
    heard.await.expect("the subscription goes to the new master");
    wait_until_refused(&room).await;

    // Back again: the same run of the same server, with what it was told meanwhile.
    fail_over_to(all, all.master()).await;
    let same = info(all.master(), "server").await.get::<String>("run_id").unwrap();
    assert_eq!(same, run_id);
    wait_until_refused(&room).await;

    let next = EPOCH.next();
    room.begin(next, 5).await;
    let epoch = DropKeys::new(drop_id).named("ep");
    let stored: u32 = ask(all.master(), redis::cmd("HGET").arg(epoch).arg("epoch")).await;
    assert_eq!(stored, next.0, "it was built on the master");
    let reply = queue.join(drop_id, next, &[room.request(1)]).await.unwrap();
    assert!(matches!(reply.outcomes[0], JoinOutcome::Joined(..)));
    all.stop().await.unwrap();
}

#[tokio::test]
async fn a_master_that_would_write_without_replicas_is_refused_at_the_start() {
    let sentinels = TestSentinels::start().await;
    let redis = TestRedis::of(&sentinels.all.env());
    let queue = redis.queue().await;
    queue.assert_settings().await.unwrap();
    let mut wrong = redis::cmd("CONFIG");
    wrong.arg("SET").arg("min-replicas-to-write").arg(0);
    ask::<()>(sentinels.all.master(), &wrong).await;
    let error = queue.assert_settings().await.unwrap_err();
    assert!(error.to_string().contains("min-replicas-to-write"), "{error}");
}
