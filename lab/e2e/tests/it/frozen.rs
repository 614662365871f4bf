//! What is frozen stands still with its connections open, so that nobody is told that it is away:
//! each process of the system in turn, in mid-sale, and instances that another one stands in for.

use crate::{
    acts::{Act, After, Paces},
    common::faults::Victim,
    crowd_runs::slow,
    half_of_the_machine,
    sale::Sale,
    stage::TAKEOVER,
};
use std::time::Duration;
use testkit::{TestApp, World, WorldOptions, app::TestStream};
use tokio::time::{Instant, timeout};

/// The limits of a sale whose units last for freezes of 20 s. Holds run out while nobody can pay;
/// the cap keeps them from using up the line.
const LIMITS: Paces = Paces { admission_rate: 16.0, order_rate: 12.0, occupancy_cap: 60 };
/// What an operator makes of them.
const CHANGED: Paces = Paces { admission_rate: 15.0, order_rate: 20.0, occupancy_cap: 75 };

/// Each service of ours, and the payment provider. Of admission and worker there are two.
const SERVICES: Sale = Sale {
    shoppers: 3000,
    units: 1000,
    over_seconds: 125.0,
    limits: LIMITS,
    acts: &[
        Act::pause(After::Joins(100)),
        Act::set_limits(CHANGED, After::Orders(60)),
        Act::freeze(Victim::Admission, After::Joins(300)),
        Act::freeze(Victim::Worker, After::Admissions(500)),
        Act::freeze(Victim::SecondWorker, After::Orders(800)),
        Act::freeze(Victim::StorefrontApi, After::Captures(560)),
        Act::freeze(Victim::SandboxPsp, After::Captures(700)),
    ],
    mostly_waits: true,
    ..slow()
};

/// Each server that the services meet on.
const SERVERS: Sale = Sale {
    shoppers: 1200,
    units: 450,
    over_seconds: 60.0,
    limits: LIMITS,
    acts: &[
        Act::pause(After::Joins(100)),
        Act::set_limits(CHANGED, After::Orders(60)),
        Act::freeze(Victim::Redis, After::Joins(300)),
        Act::freeze(Victim::Kafka, After::Orders(240)),
        Act::freeze(Victim::Postgres, After::Captures(220)),
    ],
    mostly_waits: true,
    ..slow()
};

/// How many stand ahead of the shopper whose admission is frozen.
const N_AHEAD: u64 = 40;
/// Near the front of a line that moves four times a second, no stream is silent for so long.
const SILENCE: Duration = Duration::from_secs(3);

fn two_of_each() -> WorldOptions {
    WorldOptions { n_admissions: 2, n_workers: 2, ..WorldOptions::default() }
}

#[tokio::test]
async fn a_crowd_loses_nothing_when_every_service_is_frozen_once() -> anyhow::Result<()> {
    SERVICES.run("frozen-services", two_of_each()).await
}

#[tokio::test]
async fn a_crowd_loses_nothing_when_every_server_is_frozen_once() -> anyhow::Result<()> {
    let all = SERVICES.acts.iter().chain(SERVERS.acts).filter_map(Act::victim);
    let all: Vec<Victim> = all.filter(|victim| *victim != Victim::SecondWorker).collect();
    assert_eq!(all, Victim::PROCESSES, "some process is never frozen");
    SERVERS.run("frozen-servers", two_of_each()).await
}

#[tokio::test]
async fn another_worker_takes_over_from_one_that_is_frozen() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::shared(two_of_each()).await? };
    let flash_drop = app.seller().await.flash_drop().hold_seconds(300).create().await;
    // Whichever has the locks at first, the second one that is frozen has them all.
    for worker in [Victim::Worker, Victim::SecondWorker] {
        app.world.freeze(worker).await?;
        let frozen_at = Instant::now();
        let meanwhile = app.shopper().await;
        meanwhile.join(&flash_drop).await;
        meanwhile.wait_order("reserved").await;
        let took = frozen_at.elapsed();
        println!("the order had to wait for {took:?}");
        assert!(took < TAKEOVER, "the order had to wait for {took:?}");

        app.world.thaw(worker).await?;
        let afterwards = app.shopper().await;
        afterwards.join(&flash_drop).await;
        afterwards.wait_order("reserved").await;
    }

    let database = &app.world.database;
    for each_once in [
        "select count(*) from orders where state = 'reserved'",
        "select (-sum(d_available))::bigint from stock_moves where cause = 'place'",
        "select sum(reserved)::bigint from inventory",
    ] {
        assert_eq!(database.scalar::<i64>(each_once).await, 4, "{each_once}");
    }
    assert_eq!(database.scalar::<i64>("select count(*) from dead_letters").await, 0);
    app.world.stop().await
}

#[tokio::test]
async fn another_admission_serves_those_of_one_that_is_frozen() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::shared(two_of_each()).await? };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let builder = seller.flash_drop().units(60).hold_seconds(300).admission_rate(4.0);
    let flash_drop = builder.create().await;
    operator.pause(&flash_drop).await;
    for _ in 0..N_AHEAD {
        app.shopper().await.join(&flash_drop).await;
    }
    let shopper = app.shopper().await;
    shopper.join(&flash_drop).await;
    let mut stream = shopper.stream(&flash_drop).await;
    stream.until("waiting").await;
    operator.resume(&flash_drop).await;
    let first = stream.positions()[0];
    stream
        .until_frame("move", |frame| frame["position"].as_u64().is_some_and(|now| now < first))
        .await;

    app.world.freeze(Victim::Admission).await?;
    let frozen_at = Instant::now();
    hear_out(&mut stream).await;
    let shopper = shopper.through(&app.world.admission_urls[1]);
    let mut other = shopper.stream(&flash_drop).await;
    other.until("waiting").await;
    let took = frozen_at.elapsed();
    println!("the other instance served the shopper after {took:?}");
    assert!(took < TAKEOVER, "the other instance served the shopper after {took:?}");
    other.until("held").await;
    shopper.wait_order("reserved").await;

    let shown = [stream.positions(), other.positions()].concat();
    assert!(shown.is_sorted_by(|before, after| before >= after), "POS-1: {shown:?}");
    app.world.thaw(Victim::Admission).await?;
    app.world.stop().await
}

/// Listens until the stream has fallen silent.
async fn hear_out(stream: &mut TestStream) {
    while let Ok(Some(_)) = timeout(SILENCE, stream.next()).await {}
}
