//! A drain sleeps until somebody may be let in, and is awake when somebody may.

use crate::{
    SOON,
    test_line::{LineOptions, TestLine},
};
use redis::aio::MultiplexedConnection;
use shared::line::{JoinedTicket, LineState, StockFigure};
use stack::{Stack, StackOptions};
use std::time::Duration;
use tempfile::TempDir;
use testkit::wait_until;
use tokio::time::{Instant, sleep};

/// How long a room is left alone, to see what is asked of it.
const WINDOW: Duration = Duration::from_secs(10);
/// Windows of which one has to be quiet: on a slow machine, what was begun before it may go on in one.
const N_WINDOWS: usize = 3;
/// Far longer than it takes to let somebody in on a busy machine, and far shorter than the half minute
/// after which a drain looks by itself. How soon exactly it looks, the simulation says.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A line on a Redis that nobody else asks anything.
pub(crate) struct OwnRedis {
    pub(crate) line: TestLine,
    pub(crate) servers: Stack,
    _dir: TempDir,
}

impl OwnRedis {
    pub(crate) async fn new(units: i32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
        let servers = Stack::start(options).await.unwrap();
        let settings = vec![("SLUICE_REDIS__URL", servers.endpoints().redis_url)];
        let options = LineOptions { units, settings, ..LineOptions::default() };
        let line = TestLine::new(options).await;
        line.pretend_processors().await;
        Self { line, servers, _dir: dir }
    }

    pub(crate) async fn connect(&self) -> MultiplexedConnection {
        testkit::redis::open(&self.servers.endpoints().redis_url).await
    }

    /// How many scripts were run.
    pub(crate) async fn n_scripts(&self) -> u64 {
        let mut asking = redis::cmd("INFO");
        asking.arg("commandstats");
        let info: String = asking.query_async(&mut self.connect().await).await.unwrap();
        let calls = |line: &str| {
            line.strip_prefix("cmdstat_evalsha:calls=")?.split(',').next()?.parse::<u64>().ok()
        };
        info.lines().find_map(calls).unwrap()
    }

    /// Asserts that no more scripts than these are run in ten seconds in which nothing happens.
    pub(crate) async fn assert_hardly_asked(&self, most: u64) {
        let mut fewest = u64::MAX;
        for _ in 0..N_WINDOWS {
            let before = self.n_scripts().await;
            sleep(WINDOW).await;
            fewest = fewest.min(self.n_scripts().await - before);
            if fewest <= most {
                return;
            }
        }
        panic!("{fewest} questions in {WINDOW:?}");
    }

    /// Makes it lose everything.
    pub(crate) async fn wipe(&self) {
        redis::cmd("FLUSHALL").query_async::<()>(&mut self.connect().await).await.unwrap();
    }

    /// Ends every subscription: what is published until they are there again is lost.
    async fn lose_subscriptions(&self) {
        let mut killing = redis::cmd("CLIENT");
        killing.arg("KILL").arg("TYPE").arg("pubsub");
        wait_until("somebody who listens", SOON, async || {
            let n_killed: i64 = killing.query_async(&mut self.connect().await).await.unwrap();
            (n_killed > 0).then_some(())
        })
        .await;
    }
}

/// Returns how long it takes from now until a ticket is let in.
pub(crate) async fn time_until_let_in(line: &TestLine, ticket: JoinedTicket) -> Duration {
    let (since, epoch) = (Instant::now(), line.row().await.unwrap().epoch);
    wait_until("somebody let in", SOON, async || {
        let states = line.app.queue.status(line.drop_id, epoch, &[ticket.key()]).await.unwrap();
        (states != [LineState::Waiting]).then_some(())
    })
    .await;
    since.elapsed()
}

#[tokio::test]
async fn an_idle_drop_is_hardly_looked_at_and_served_all_the_same() {
    let own = OwnRedis::new(100).await;
    let line = &own.line;
    let opening = line.run("log,scheduler");
    line.open(1).await;
    opening.begin();
    opening.wait(SOON).await;
    let shutdown = line.run("drain");
    sleep(Duration::from_secs(2)).await;

    own.assert_hardly_asked(1).await;
    let ticket = line.join(1).await[0];
    time_until_let_in(line, ticket).await;
    shutdown.begin();
    own.servers.stop().await.unwrap();
}

#[tokio::test]
async fn who_joins_an_idle_room_is_let_in_at_once() {
    let line = TestLine::new(LineOptions::default()).await;
    line.pretend_processors().await;
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;

    // The machine may be busy once, not each time.
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        sleep(Duration::from_secs(2)).await;
        let ticket = line.join(1).await[0];
        fastest = fastest.min(time_until_let_in(&line, ticket).await);
    }

    assert!(fastest < Duration::from_secs(1), "{fastest:?}");
    shutdown.begin();
}

#[tokio::test]
async fn a_wake_that_is_lost_costs_those_who_wait_half_a_second() {
    let own = OwnRedis::new(1).await;
    let line = &own.line;
    let shutdown = line.run("log,drain,scheduler");
    let row = line.open(1).await;
    let tickets = line.join(2).await;
    time_until_let_in(line, tickets[0]).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(line.waiting().await, [tickets[1].score.raw()], "there is one unit");

    own.lose_subscriptions().await;
    let stock =
        StockFigure { variant_id: line.variant_id, version: 1000, available: 2, reserved: 0 };
    line.app.queue.update_stock(line.drop_id, row.epoch, &[stock]).await.unwrap();

    let took = time_until_let_in(line, tickets[1]).await;
    // Half a second, and what the steps themselves take.
    assert!(took < AT_ONCE, "{took:?}");
    shutdown.begin();
    own.servers.stop().await.unwrap();
}

#[tokio::test]
async fn who_joins_an_idle_room_unheard_is_let_in_all_the_same() {
    let own = OwnRedis::new(10).await;
    let line = &own.line;
    let shutdown = line.run("log,drain,scheduler");
    line.open(1).await;
    sleep(Duration::from_secs(2)).await;

    own.lose_subscriptions().await;
    let ticket = line.join(1).await[0];

    let took = time_until_let_in(line, ticket).await;
    // The drain looks when its subscription is there again.
    assert!(took < 3 * AT_ONCE, "{took:?}");
    shutdown.begin();
    own.servers.stop().await.unwrap();
}
