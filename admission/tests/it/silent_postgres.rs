//! Postgres takes connections and answers nothing while rooms are lost: the others go on.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper};
use queue::DropKeys;
use shared::line::Epoch;
use std::time::{Duration, Instant};
use testkit::{TestRedis, median, room::TestRoom, wait_until};
use tokio::{net::TcpListener, sync::watch, time::timeout};

/// More than are asked about at one time.
const N_LOST: usize = 8;
/// How soon a look at Redis shows what is new there, most times. One that waits for Postgres is late
/// each time.
const SEEN_WITHIN: Duration = Duration::from_secs(2);
/// Changes of the healthy room, each seen by another look: several seconds of them.
const N_CHANGES: u32 = 10;
const NEXT_EPOCH: Epoch = Epoch(2);

/// A database that takes every connection and answers none.
pub(crate) struct SilentPostgres {
    pub(crate) url: String,
    n_asked: watch::Receiver<usize>,
}

impl SilentPostgres {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://nobody@{}/nothing", listener.local_addr().unwrap());
        let (asked, n_asked) = watch::channel(0);
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((connection, _)) = listener.accept().await {
                open.push(connection);
                asked.send_replace(open.len());
            }
        });
        Self { url, n_asked }
    }

    /// Waits until rooms are asked about, too: the first two connections are about ended sessions and
    /// for the instance's history.
    pub(crate) async fn until_asked(&mut self) {
        let asked = timeout(PATIENCE, self.n_asked.wait_for(|n_asked| *n_asked > 2)).await;
        asked.expect("a question in time").unwrap();
    }
}

/// A room that the instance follows and that Redis does not have any more.
pub(crate) async fn lost_room(redis: &TestRedis, instance: &TestInstance) -> AdmissionTest {
    let test = AdmissionTest::on(redis.clone()).await;
    test.begin(TestRoom::EPOCH).await;
    test.numbers(instance).await;
    let mut delete = redis::cmd("DEL");
    delete.arg(DropKeys::new(test.room.drop_id).named("ep"));
    delete.query_async::<()>(&mut redis.connect().await).await.unwrap();
    test
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_goes_on_while_postgres_is_silent_about_others() {
    let mut postgres = SilentPostgres::start().await;
    let mut test = AdmissionTest::open().await;
    test.database_url = postgres.url.clone();
    let instance = test.instance().await;
    let mut lost = Vec::new();
    for _ in 0..N_LOST {
        lost.push(lost_room(&test.room.redis, &instance).await);
    }
    postgres.until_asked().await;

    let mut seen = Vec::new();
    for n in 1..=N_CHANGES {
        let rate = f64::from(n);
        test.room.config.admission_rate_per_second = rate;
        test.room.config.version += 1;
        let room = &test.room;
        room.queue.configure(room.drop_id, TestRoom::EPOCH, &room.config).await.unwrap();
        let changed = Instant::now();
        // Every join and every look must succeed meanwhile; the rate is what a look at Redis finds.
        wait_until("changed rate", PATIENCE, async || {
            test.join(&instance, &TestShopper::new()).await;
            let numbers = test.numbers(&instance).await;
            (numbers["admission_rate_per_second"] == rate).then_some(())
        })
        .await;
        seen.push(changed.elapsed());
    }

    // A lost room that was built anew is found as soon.
    let mut found = Vec::new();
    for back in &lost {
        back.begin(NEXT_EPOCH).await;
        let begun = Instant::now();
        wait_until("join", PATIENCE, async || {
            let (status, _) = back.try_join(&instance, &TestShopper::new()).await;
            (status == 201).then_some(())
        })
        .await;
        found.push(begun.elapsed());
    }
    let (seen, found) = (median(seen), median(found));
    assert!(seen <= SEEN_WITHIN && found <= SEEN_WITHIN, "{seen:?}, {found:?}");
}
