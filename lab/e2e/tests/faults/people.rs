//! Shoppers, and what they must be told.

use crate::runs::Crowd;
use anyhow::ensure;
use check::Requirement;
use futures_util::future::join_all;
use reqwest::{StatusCode, header::RETRY_AFTER};
use serde_json::{Value, json};
use shared::invariants::Invariant;
use std::time::Duration;
use testkit::{
    TestApp,
    app::{Reply, Shopper, TestDrop},
    world::ProgressReader,
};
use tokio::time::{Instant, sleep, timeout};

/// How long a service may take to answer while something that it needs is away.
pub(crate) const ANSWER: Duration = Duration::from_secs(10);
/// How long a join may take while Redis is well, whatever else is away.
const JOIN: Duration = Duration::from_secs(3);

/// How long a crowd may take to have joined.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Has a crowd judged by what holds through every fault, and by other rules, each on half of its
/// units at least.
pub(crate) fn judge(crowd: &mut Crowd, others: &[Invariant]) {
    let always = [
        Invariant::Stock1,
        Invariant::Order1,
        Invariant::Queue1,
        Invariant::Rate1,
        Invariant::Pay1,
    ];
    let n_cases = crowd.options.units as usize / 2;
    let all = always.iter().chain(others);
    crowd.required = all.map(|invariant| Requirement::new(*invariant, n_cases)).collect();
}

/// A shopper with a ticket that was acknowledged.
pub(crate) struct Placed {
    pub(crate) shopper: Shopper,
    ticket_id: Value,
    queue_number: Value,
}

impl Placed {
    /// Joins, and tries again when told to.
    pub(crate) async fn join(shopper: Shopper, flash_drop: &TestDrop) -> Self {
        let body = shopper.join(flash_drop).await.body;
        Self::of(shopper, &body)
    }

    /// Somebody whose join was answered so.
    pub(crate) fn of(shopper: Shopper, body: &Value) -> Self {
        let [ticket_id, queue_number] =
            ["ticket_id", "queue_number"].map(|field| body[field].clone());
        Self { shopper, ticket_id, queue_number }
    }

    /// Fails unless the shopper gets the same ticket again, and nobody else's.
    pub(crate) async fn must_still_have_it(&self, flash_drop: &TestDrop) {
        let body = self.shopper.join(flash_drop).await.body;
        let found = (&body["ticket_id"], &body["queue_number"]);
        assert_eq!(found, (&self.ticket_id, &self.queue_number), "another ticket: {body}");
    }

    /// The number in the line, as text.
    pub(crate) fn number(&self) -> String {
        self.queue_number.to_string()
    }

    /// Pays for what is held.
    pub(crate) async fn buy(&self) {
        self.shopper.wait_order("reserved").await;
        self.shopper.pay("pm_card_approve").await;
        self.shopper.wait_order("confirmed").await;
    }
}

/// Has so many new shoppers join, one after the other.
pub(crate) async fn line(app: &TestApp, flash_drop: &TestDrop, n: usize) -> Vec<Placed> {
    let mut line = Vec::new();
    for shopper in newcomers(app, n).await {
        line.push(Placed::join(shopper, flash_drop).await);
    }
    line
}

/// New shoppers with a session, who have not joined.
pub(crate) async fn newcomers(app: &TestApp, n: usize) -> Vec<Shopper> {
    join_all((0..n).map(|_| app.shopper())).await
}

/// Joins once; any answer is fine that comes in time.
pub(crate) async fn try_join(shopper: &Shopper, flash_drop: &TestDrop, at_most: Duration) -> Reply {
    let answer = timeout(at_most, shopper.try_join(flash_drop, json!(1))).await;
    answer.unwrap_or_else(|_| panic!("a join had no answer within {at_most:?}"))
}

/// Fails unless each of these is let into the line at once, at the first try.
pub(crate) async fn must_join_at_once(
    shoppers: Vec<Shopper>,
    flash_drop: &TestDrop,
) -> Vec<Placed> {
    let mut line = Vec::new();
    for shopper in shoppers {
        let reply = try_join(&shopper, flash_drop, JOIN).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        // Again, so that the shopper knows its ticket.
        let placed = Placed::of(shopper, &reply.body);
        placed.must_still_have_it(flash_drop).await;
        line.push(placed);
    }
    line
}

/// Asks for the order; any answer is fine that comes in time.
pub(crate) async fn ask_for_order(placed: &Placed) -> Reply {
    let answer = timeout(ANSWER, placed.shopper.order()).await;
    answer.unwrap_or_else(|_| panic!("an order had no answer within {ANSWER:?}"))
}

/// Fails unless the answer says that it can't be done now, and when to come back.
#[track_caller]
pub(crate) fn assert_told_to_come_back(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{}", reply.body);
    assert!(reply.headers.contains_key(RETRY_AFTER), "no time to come back: {}", reply.body);
}

/// Waits until each has an order. Fails unless each has one only.
pub(crate) async fn each_must_have_one_order(app: &TestApp, line: &[Placed]) {
    for placed in line {
        placed.shopper.wait_order("reserved").await;
    }
    each_must_be_placed_once(app, line.len()).await;
}

/// Fails unless so many units were taken by as many orders, each once, and no record was put aside.
pub(crate) async fn each_must_be_placed_once(app: &TestApp, n: usize) {
    let database = &app.world.database;
    for each_once in [
        "select count(*) from orders where state in ('reserved', 'confirmed')",
        "select coalesce(-sum(d_available), 0)::bigint from stock_moves where cause = 'place'",
        "select sum(reserved + sold)::bigint from inventory",
    ] {
        assert_eq!(database.scalar::<i64>(each_once).await, n as i64, "{each_once}");
    }
    assert_eq!(database.scalar::<i64>("select count(*) from dead_letters").await, 0);
}

/// Orders that were placed so far.
pub(crate) async fn n_orders(app: &TestApp) -> i64 {
    app.world.database.scalar("select count(*) from orders").await
}

/// Waits until so many have joined the newest drop.
pub(crate) async fn reach(progress: &mut ProgressReader, n_joins: u64) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let now = progress.read().await;
        if now.joins >= n_joins {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{n_joins} people never joined: {now}");
        sleep(LOOK_EVERY).await;
    }
}
