//! How long a line will take is told before its limits are set. They are set then, and it takes as long.

use crate::{common::runs::Crowd, presets::quick, whole_machine};
use anyhow::{Context, ensure};
use check::Requirement;
use crowd::RunOptions;
use queue::Queue;
use serde_json::{Value, json};
use shared::{invariants::Invariant, line::RoomCounts};
use std::time::Duration;
use testkit::{
    TestApp, World,
    app::{Operator, Seller, TestDrop},
    wait_until,
};
use tokio::time::Instant;

const SHOPPERS: u64 = 330;
/// More than they buy, and places for all: the rate alone decides.
const UNITS: u32 = 400;
const PLACES: u32 = 1_000;
const HOLD_SECONDS: u32 = 8;
const ORDERS_PER_SECOND: f64 = 200.0;
/// So slow that all of them stand in line when the rate is set.
const FIRST_PER_SECOND: f64 = 0.01;
/// Half a minute for all of them. A drain that is late makes up for what fits into the burst beside
/// the next one, and loses the rest: at eleven people a second 91 ms, at twenty 50 ms.
const PER_SECOND: f64 = 11.0;
/// How far a time may be from what was told, as a share of it; and how far at least, since a change takes
/// up to a second to arrive, and times are told in whole seconds.
const OFF: f64 = 0.1;
const OFF_AT_LEAST: f64 = 2.0;
const PATIENCE: Duration = Duration::from_secs(120);

/// What is told of the line, in seconds from the change on.
#[derive(Debug)]
struct Told {
    waiting: u64,
    /// A position far back in line, and how long until its turn.
    position: u64,
    until_its_turn: f64,
    /// How long until nobody waits any more.
    until_the_last: f64,
}

/// How long it took.
#[derive(Debug)]
struct Took {
    until_its_turn: Duration,
    until_the_last: Duration,
}

#[tokio::test]
async fn a_line_is_served_in_the_time_that_was_told_before_its_limits_were_set()
-> anyhow::Result<()> {
    // Half a minute may be off by three seconds: nobody else keeps the processors from it.
    let _machine = whole_machine().await;
    let app = TestApp { world: World::shared(quick()).await? };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(UNITS).occupancy_cap(PLACES);
    let flash_drop = flash_drop.hold_seconds(HOLD_SECONDS);
    let flash_drop = flash_drop.admission_rate(FIRST_PER_SECOND).order_rate(ORDERS_PER_SECOND);
    let flash_drop = flash_drop.create().await;
    let outcome = crowd(&flash_drop).run_while(&app.world, async |_| {
        let queue = app.world.redis.queue().await;
        wait_counts(&queue, &flash_drop, |counts| counts.joined >= SHOPPERS).await;
        let told = Told::of(&seller, &operator, &flash_drop).await?;
        let rate = json!({ "admission_rate_per_second": PER_SECOND });
        operator.set_limits(&flash_drop, rate).await;
        let took = Took::by(&queue, &flash_drop, &told).await;
        println!("{told:?}, {took:?}");
        agree("the turn that was looked at", told.until_its_turn, took.until_its_turn)?;
        agree("the last turn", told.until_the_last, took.until_the_last)
    });
    let outcome = outcome.await;
    app.world.stop().await?;
    let outcome = outcome?;
    println!("predicted: {outcome}");
    outcome.assert_clean();
    Ok(())
}

/// Everybody stays and pays, with cards that work: payments that fail would have fewer people let in.
/// Nothing is broken, so nothing is excused.
fn crowd(flash_drop: &TestDrop) -> Crowd {
    let mut crowd = Crowd::new(SHOPPERS, UNITS);
    crowd.options = RunOptions {
        create: false,
        drop: Some(flash_drop.id),
        absent: Some(0.0),
        never_pay: Some(0.0),
        cards: "approve=1".parse().expect("it is a mix of cards"),
        over_seconds: Some(10.0),
        ..crowd.options
    };
    let most = SHOPPERS as usize / 2;
    let rules = [
        (Invariant::Rate1, most),
        (Invariant::Queue1, most),
        (Invariant::Queue2, most),
        (Invariant::Pos1, most),
        (Invariant::Order2, most),
        (Invariant::Audit1, 1),
        (Invariant::Live1, 5),
        (Invariant::Live2, 1),
    ];
    crowd.required =
        rules.map(|(invariant, n_cases)| Requirement::new(invariant, n_cases)).to_vec();
    crowd.max_excused = Some(0);
    crowd.max_unexpected = Some(SHOPPERS as usize / 50);
    crowd
}

impl Told {
    /// Asks what the new rate would do: to those who wait, as an operator, and to a sale to as many people,
    /// as its seller.
    async fn of(
        seller: &Seller,
        operator: &Operator,
        flash_drop: &TestDrop,
    ) -> anyhow::Result<Self> {
        let path = format!("/v1/operator/drops/{}/limits/preview", flash_drop.id);
        let rate = json!({ "admission_rate_per_second": PER_SECOND });
        let preview = operator.api().post(&path, rate).await.expect(200);
        let waiting = preview["waiting"].as_u64().context("no line is told of")?;
        let looked_at = preview["positions"].as_array().and_then(|all| all.last());
        let looked_at = looked_at.context("nobody waits")?;
        let number = |name: &str| looked_at[name].as_u64().with_context(|| format!("no {name}"));
        let sale = json!({
            "people": waiting, "at_opening_percent": 100, "over_seconds": 0, "units": UNITS,
            "admission_rate_per_second": PER_SECOND, "occupancy_cap": PLACES,
            "order_rate_per_second": ORDERS_PER_SECOND, "hold_seconds": HOLD_SECONDS,
            "pay_percent": 100, "pay_after_seconds": 1,
        });
        let course = seller.api().post("/v1/seller/what-if", sale).await.expect(200);
        Ok(Self {
            waiting,
            position: number("position")?,
            until_its_turn: number("after_seconds")? as f64,
            until_the_last: until_nobody_waits(&course).context("some wait for good")?,
        })
    }
}

/// Returns the first moment of a course at which nobody waits, seconds after the opening.
fn until_nobody_waits(course: &Value) -> Option<f64> {
    let nth = course["waiting"].as_array()?.iter().position(|waiting| *waiting == 0)?;
    Some(nth as f64 * course["step_s"].as_f64()?)
}

impl Took {
    /// Waits until the turns have come that were told of, from now on.
    async fn by(queue: &Queue, flash_drop: &TestDrop, told: &Told) -> Self {
        let set_at = Instant::now();
        let behind = told.waiting - told.position;
        wait_counts(queue, flash_drop, |counts| counts.waiting <= behind).await;
        let until_its_turn = set_at.elapsed();
        wait_counts(queue, flash_drop, |counts| counts.waiting == 0).await;
        Self { until_its_turn, until_the_last: set_at.elapsed() }
    }
}

async fn wait_counts(queue: &Queue, flash_drop: &TestDrop, has: impl Fn(&RoomCounts) -> bool) {
    wait_until("line that is so long", PATIENCE, async || {
        let header = queue.room(flash_drop.id).await.ok().flatten()?;
        let counts = queue.counts(flash_drop.id, header.epoch).await.ok()?;
        has(&counts).then_some(())
    })
    .await;
}

/// Fails unless a time is close to what was told.
fn agree(what: &str, told: f64, took: Duration) -> anyhow::Result<()> {
    let (took, most_off) = (took.as_secs_f64(), (told * OFF).max(OFF_AT_LEAST));
    ensure!(took > told - most_off, "RATE-1: {what} came after {took:.1} s and not {told} s");
    ensure!(took < told + most_off, "LIVE-1: {what} came after {took:.1} s and not {told} s");
    Ok(())
}
