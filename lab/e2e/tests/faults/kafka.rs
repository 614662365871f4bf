//! The broker stands still, is half open, is slow.

use crate::{
    MACHINE,
    people::{self, Placed},
    proxied::{Asked, ProxiedWorld},
};
use faults::{Trouble, Ways};
use std::time::Duration;
use testkit::{Victim, app::TestDrop, wait_until};
use tokio::time::sleep;

/// How long the broker is away.
const AWAY: Duration = Duration::from_secs(60);
/// By then it must have been noticed, and nobody else is let in.
const NOTICED: Duration = Duration::from_secs(10);
/// Of those who wait, so many are let in a second.
const RATE: f64 = 4.0;
/// More than would be let in while the broker is away.
const N_IN_LINE: usize = 60;
/// Who may be let in before it is noticed: what the rate allows in 5 s.
const MAX_ADMITTED: u64 = 20;
const N_NEWCOMERS: usize = 5;
/// Orders by which the sale goes on.
const N_BEFORE: i64 = 5;
const PATIENCE: Duration = Duration::from_secs(30);
/// Both ways: 400 to 600 ms for an answer.
const SLOW: Trouble =
    Trouble::Late { by: Duration::from_millis(200), jitter: Duration::from_millis(100) };

/// How the broker goes away.
#[derive(Clone, Copy, Debug)]
enum Absence {
    /// Its connections stay open, and nothing goes through them.
    HalfOpen,
    /// The process stands still.
    Frozen,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_or_slow_broker_costs_nobody_an_order() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-kafka-half-open").await?;
    let (flash_drop, mut line) = lose_the_broker(&proxied, Absence::HalfOpen).await?;
    people::each_must_have_one_order(&proxied.app, &line).await;

    proxied.make(Asked::Kafka, SLOW);
    line.extend(people::line(&proxied.app, &flash_drop, N_NEWCOMERS).await);
    people::each_must_have_one_order(&proxied.app, &line).await;
    proxied.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_stands_still_for_a_minute_costs_nobody_an_order() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let proxied = ProxiedWorld::start("faults-kafka-frozen").await?;
    let (_, line) = lose_the_broker(&proxied, Absence::Frozen).await?;
    people::each_must_have_one_order(&proxied.app, &line).await;
    proxied.stop().await
}

/// Takes the broker away in mid-sale and brings it back. Fails unless people can join meanwhile, and
/// hardly anybody is let in. Returns the drop and everybody in its line.
async fn lose_the_broker(
    proxied: &ProxiedWorld,
    absence: Absence,
) -> anyhow::Result<(TestDrop, Vec<Placed>)> {
    let app = &proxied.app;
    let (seller, operator) = (app.seller().await, app.operator().await);
    let builder = seller.flash_drop().units(200).hold_seconds(600).admission_rate(RATE);
    let flash_drop = builder.create().await;
    operator.pause(&flash_drop).await;
    let mut line = people::line(app, &flash_drop, N_IN_LINE).await;
    let newcomers = people::newcomers(app, N_NEWCOMERS).await;
    let mut progress = app.world.progress().await;
    operator.resume(&flash_drop).await;
    wait_until("first orders", PATIENCE, async || {
        (people::n_orders(app).await >= N_BEFORE).then_some(())
    })
    .await;

    let before = progress.read().await;
    match absence {
        Absence::HalfOpen => proxied.make(Asked::Kafka, Trouble::Silence(Ways::Both)),
        Absence::Frozen => app.world.freeze(Victim::Kafka).await?,
    }
    line.extend(people::must_join_at_once(newcomers, &flash_drop).await);
    sleep(NOTICED).await;
    let noticed = progress.read().await;
    sleep(AWAY - NOTICED).await;
    let still_away = progress.read().await;
    match absence {
        Absence::HalfOpen => proxied.heal(),
        Absence::Frozen => app.world.thaw(Victim::Kafka).await?,
    }

    println!("broker {absence:?}: from {before} over {noticed} to {still_away}");
    let n_admitted = noticed.admissions - before.admissions;
    assert!(n_admitted <= MAX_ADMITTED, "{n_admitted} were let in: from {before} to {noticed}");
    assert_eq!(still_away.admissions, noticed.admissions, "somebody was let in: {still_away}");
    let n_waiting = still_away.joins - still_away.admissions;
    assert!(n_waiting > 0, "nobody waited, so nobody could have been let in: {still_away}");
    Ok((flash_drop, line))
}
