//! Events are trimmed before an instance has read them: it takes a new snapshot, shows the exact
//! positions again, and lets people join all the while.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper, claims, until};
use futures_util::future::join_all;
use queue::DropKeys;
use redis::aio::MultiplexedConnection;
use shared::line::JoinedTicket;
use std::time::{Duration, Instant};
use testkit::{median, room::TestRoom, wait_until};

/// Gaps, one after the other. A race that recovers by luck has to be lucky each time.
const N_ROUNDS: usize = 100;
/// How soon positions are exact again, though people go on joining: most times, since a machine that
/// is busy makes a few rounds longer, and who does not recover is late in all of them.
const HEALED_WITHIN: Duration = Duration::from_secs(1);
/// Shoppers who join behind the instance's back, in one round.
const N_UNSEEN: usize = 100;
/// Shoppers who join at the instance in one round, and the pause between two of them: some before
/// the gap is noticed, some after.
const N_JOINS: u32 = 10;
const JOIN_EVERY: Duration = Duration::from_millis(30);

/// A room with one instance that can be made to miss events.
struct GapTest {
    test: AdmissionTest,
    instance: TestInstance,
    redis: MultiplexedConnection,
}

impl GapTest {
    async fn open() -> Self {
        let test = AdmissionTest::open().await;
        let instance = test.instance().await;
        let redis = test.room.redis.connect().await;
        Self { test, instance, redis }
    }

    /// Moves the line by events that are gone before the instance reads on: this ticket leaves,
    /// others join. Returns the last who joined.
    async fn make_gap(&self, leaver: JoinedTicket) -> JoinedTicket {
        loop {
            let reader = wait_until("reader", PATIENCE, async || self.reader().await).await;
            let mut kill = redis::cmd("CLIENT");
            kill.arg("KILL").arg("ID").arg(reader);
            kill.query_async::<()>(&mut self.redis.clone()).await.unwrap();
            let last = self.move_line(leaver).await;
            self.trim_events().await;
            // The feed pauses before it connects again. Had it been faster, it would have missed
            // nothing.
            if self.reader().await.is_none() {
                return last;
            }
        }
    }

    /// The connection that the instance reads events with, if it has read any with it.
    async fn reader(&self) -> Option<String> {
        let mut list = redis::cmd("CLIENT");
        list.arg("LIST");
        let clients: String = list.query_async(&mut self.redis.clone()).await.unwrap();
        // Other tests use other databases of the same server.
        let number = self.test.room.redis.url().rsplit('/').next().unwrap();
        let database = format!(" db={number} ");
        let is_reader =
            |client: &&str| client.contains(&database) && client.contains(" cmd=xread ");
        let reader = clients.lines().find(is_reader)?;
        Some(reader.strip_prefix("id=")?.split(' ').next()?.to_owned())
    }

    async fn move_line(&self, leaver: JoinedTicket) -> JoinedTicket {
        let room = &self.test.room;
        room.queue.leave(room.drop_id, TestRoom::EPOCH, leaver.key()).await.unwrap();
        *room.join(N_UNSEEN).await.last().unwrap()
    }

    /// Deletes all events but the last, which shows that some are missing.
    async fn trim_events(&self) {
        let events = DropKeys::new(self.test.room.drop_id).events();
        let mut trim = redis::cmd("XTRIM");
        trim.arg(events).arg("MAXLEN").arg(1);
        trim.query_async::<()>(&mut self.redis.clone()).await.unwrap();
    }

    /// Waits until the instance shows what Redis counts for both tickets. Returns the position of the
    /// first, and how long that took.
    async fn heal(&self, mine: JoinedTicket, unseen: JoinedTicket) -> (u64, Duration) {
        let begun = Instant::now();
        let exact = |ticket| self.test.exact_position(&self.instance, ticket);
        let (position, _) = tokio::join!(exact(mine), exact(unseen));
        (position, begun.elapsed())
    }

    /// Joins before and after the gap is noticed. Everybody gets a ticket with a position.
    async fn keep_joining(&self) {
        let joins = (0..N_JOINS).map(async |n| {
            tokio::time::sleep(JOIN_EVERY * n).await;
            let joined = self.test.join(&self.instance, &TestShopper::new()).await;
            assert!(joined["position"].is_u64(), "{joined}");
        });
        join_all(joins).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_missed_events_is_exact_again_within_a_second() {
    let gap = GapTest::open().await;
    // One leaves per gap.
    let ahead = gap.test.room.join(N_ROUNDS).await;
    let joined = gap.test.join(&gap.instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mine = claims(token).ticket;
    let mut socket = gap.test.stream(&gap.instance, token, "").await;
    let mut healed = Vec::with_capacity(N_ROUNDS);
    for leaver in ahead {
        let unseen = gap.make_gap(leaver).await;
        let ((position, took), ()) = tokio::join!(gap.heal(mine, unseen), gap.keep_joining());
        healed.push(took);
        // The socket stayed open, and hears it too.
        until(&mut socket, |frame| frame["position"] == position).await;
    }
    let usual = median(healed);
    assert!(usual <= HEALED_WITHIN, "{usual:?}");
}
