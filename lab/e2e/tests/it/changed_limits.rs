//! An operator changes the limits of an open drop: how long until every instance of admission tells of
//! them, and until somebody is let in by them.

use crate::{figure::Figure, half_of_the_machine};
use futures_util::future::join_all;
use queue::Queue;
use serde_json::json;
use std::time::Duration;
use testkit::{
    TestApp, World, WorldOptions,
    app::{Api, TestDrop},
    median, wait_until,
};
use tokio::time::Instant;

/// How often the limits are changed.
const ROUNDS: u32 = 7;
/// A change is promised to reach everybody within so long.
const PROMISED: Duration = Duration::from_secs(1);
/// What it may usually take on a machine that is busy with other tests.
const USUALLY_WITHIN: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than the test takes: whoever is let in stays in the way of the next.
const HOLD_SECONDS: u32 = 900;
/// No rate of a round holds anybody up.
const LEAST_PER_SECOND: u32 = 500;

#[tokio::test]
async fn changed_limits_reach_every_admission_and_the_drain_within_a_second() -> anyhow::Result<()>
{
    let _machine = half_of_the_machine().await;
    let options = WorldOptions { n_admissions: 3, n_workers: 2, ..WorldOptions::default() };
    let app = TestApp { world: World::shared(options).await? };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(100).hold_seconds(HOLD_SECONDS).occupancy_cap(1);
    let flash_drop = &flash_drop.create().await;
    for _ in 0..ROUNDS + 2 {
        app.shopper().await.join(flash_drop).await;
    }
    let queue = app.world.redis.queue().await;
    wait_occupied(&queue, flash_drop, 1).await;

    let (mut told, mut let_in) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let (rate, places) = (LEAST_PER_SECOND + round, 1 + round);
        let changed_at = Instant::now();
        let limits = json!({ "admission_rate_per_second": rate, "occupancy_cap": places });
        operator.set_limits(flash_drop, limits).await;
        let telling = join_all(app.world.admission_urls.iter().map(|url| async move {
            wait_told(url, flash_drop, rate).await;
            changed_at.elapsed()
        }));
        let letting_in = async {
            wait_occupied(&queue, flash_drop, places).await;
            changed_at.elapsed()
        };
        let (of_instances, of_drain) = tokio::join!(telling, letting_in);
        told.extend(of_instances.into_iter().max());
        let_in.push(of_drain);
    }
    app.world.stop().await?;

    for (what, times) in [
        ("until the last of three admissions tells of it", told),
        ("until it lets somebody in", let_in),
    ] {
        let figure =
            Figure { name: format!("a change of limits, {what}"), times, target: PROMISED };
        println!("{figure}");
        let usual = median(figure.times);
        assert!(usual < USUALLY_WITHIN, "{what}: {usual:?}");
    }
    Ok(())
}

/// Waits until an instance tells everybody of this rate.
async fn wait_told(url: &str, flash_drop: &TestDrop, rate: u32) {
    let (admission, path) = (Api::new(url), format!("/v1/drops/{}/room", flash_drop.id));
    wait_until("changed rate", PATIENCE, async || {
        let room = admission.get(&path).await.body;
        let told = room["admission_rate_per_second"].as_f64()?;
        ((told - f64::from(rate)).abs() < 1e-6).then_some(())
    })
    .await;
}

/// Waits until so many are let in, and their orders not over.
async fn wait_occupied(queue: &Queue, flash_drop: &TestDrop, places: u32) {
    wait_until("place that is taken", PATIENCE, async || {
        let header = queue.room(flash_drop.id).await.ok().flatten()?;
        (header.occupied == places).then_some(())
    })
    .await;
}
