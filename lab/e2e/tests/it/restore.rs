//! Postgres is lost and comes back from a backup that is older than what happened since.
//!
//! Redis is lost with it, and was rebuilt in between: so the log has events of an epoch that the
//! backup does not know.

use crate::half_of_the_machine;
use anyhow::ensure;
use stack::{Service, paths};
use std::{
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use testkit::{
    TestApp, Victim, World, WorldOptions,
    app::{Shopper, TestDrop},
    wait_until,
};
use tokio::{process::Command, time::sleep};

/// Longer than the test takes.
const HOLD_SECONDS: u32 = 600;
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks of one shopper.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// People who join since the backup, and as many who join after it was restored.
const N_EACH: usize = 2;

#[tokio::test]
async fn a_restored_database_costs_nobody_a_place_and_finds_the_orders_since_in_the_log()
-> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let app = TestApp { world: World::start("restore", WorldOptions::default()).await? };
    let (seller, operator) = (app.seller().await, app.operator().await);
    let line = seller.flash_drop().units(20).hold_seconds(HOLD_SECONDS).create().await;
    let shop = seller.flash_drop().units(20).hold_seconds(HOLD_SECONDS).create().await;

    let paid_before = buy(&app, &shop).await;
    operator.pause(&line).await;
    wait_paused(&app, &line).await;
    let mut waiting = vec![joined(&app, &line).await];
    let file = app.world.fleet.dir.join("backup.dump");
    succeeded(&script(&app.world, "backup", &[], &file).await?)?;

    app.world.take_away(Victim::RedisKeys).await?;
    for _ in 0..N_EACH {
        waiting.push(joined(&app, &line).await);
    }
    let ordered_since = joined(&app, &shop).await;
    ordered_since.wait_order("reserved").await;
    let paid_since = buy(&app, &shop).await;
    wait_logged(&app, &line).await;

    lose_and_restore(&app, &file).await?;

    // Whoever comes now stands behind all from before, of whom none has shown a ticket yet.
    for _ in 0..N_EACH {
        waiting.push(joined(&app, &line).await);
    }
    for (index, shopper) in waiting.iter().enumerate() {
        wait_position(shopper, &line, index as u64 + 1).await;
    }
    operator.resume(&line).await;
    for shopper in waiting.iter().chain([&ordered_since]) {
        shopper.wait_order("reserved").await;
        shopper.pay("pm_card_approve").await;
        shopper.wait_order("confirmed").await;
    }
    paid_before.wait_order("confirmed").await;
    // The money was taken, and Postgres does not know: this is what operators have to look for.
    paid_since.wait_order("reserved").await;
    assert_eq!(status_at_provider(&app, &paid_since).await, "captured");

    let sold = seller.numbers(&line).await["units"]["sold"].clone();
    assert_eq!(sold, waiting.len());
    let units = seller.numbers(&shop).await["units"].clone();
    assert_eq!(units["sold"], 2, "{units}");
    assert_eq!(units["reserved"], 1, "{units}");
    app.world.stop().await
}

/// Stops all services, restores, empties Redis and starts all again. On the way the script refuses what
/// would do harm.
async fn lose_and_restore(app: &TestApp, file: &Path) -> anyhow::Result<()> {
    let world = &app.world;
    let refusal = refused(script(world, "restore", &["--replace"], file).await?)?;
    ensure!(refusal.contains("stop all services first"), "{refusal}");
    let services: Vec<&Service> = std::iter::once(&world.storefront_api)
        .chain(&world.admissions)
        .chain(&world.workers)
        .collect();
    for service in &services {
        service.stop().await?;
    }
    let refusal = refused(script(world, "restore", &[], file).await?)?;
    ensure!(refusal.contains("say --replace"), "{refusal}");
    succeeded(&script(world, "restore", &["--replace"], file).await?)?;
    world.take_away(Victim::RedisKeys).await?;
    for service in &services {
        service.start_again().await?;
    }
    Ok(())
}

async fn script(world: &World, name: &str, flags: &[&str], file: &Path) -> anyhow::Result<Output> {
    let mut command = Command::new(paths::workspace_root().join("scripts").join(name));
    command.args(flags).arg(file).stdin(Stdio::null()).kill_on_drop(true);
    command.env("SLUICE_DATABASE__URL", world.database.url());
    Ok(command.output().await?)
}

fn succeeded(output: &Output) -> anyhow::Result<()> {
    ensure!(output.status.success(), "{output:?}");
    Ok(())
}

/// Returns why a script refused.
fn refused(output: Output) -> anyhow::Result<String> {
    ensure!(!output.status.success(), "it did not refuse: {output:?}");
    Ok(String::from_utf8(output.stderr)?)
}

async fn joined(app: &TestApp, flash_drop: &TestDrop) -> Shopper {
    let shopper = app.shopper().await;
    shopper.join(flash_drop).await;
    shopper
}

async fn buy(app: &TestApp, flash_drop: &TestDrop) -> Shopper {
    let shopper = joined(app, flash_drop).await;
    shopper.wait_order("reserved").await;
    shopper.pay("pm_card_approve").await;
    shopper.wait_order("confirmed").await;
    shopper
}

async fn wait_paused(app: &TestApp, flash_drop: &TestDrop) {
    let path = format!("/v1/drops/{}/room", flash_drop.id);
    wait_until("paused room", PATIENCE, async || {
        let room = app.admission().get(&path).await.body;
        (room["mode"] == "paused").then_some(())
    })
    .await;
}

/// Waits until the log has all that has happened in the room.
async fn wait_logged(app: &TestApp, flash_drop: &TestDrop) {
    let queue = app.world.redis.queue().await;
    wait_until("whole log", PATIENCE, async || {
        let header = queue.room(flash_drop.id).await.ok().flatten()?;
        let asking = sqlx::query_as("select epoch, evn from log_cursors where drop_id = $1")
            .bind(flash_drop.id)
            .fetch_one(app.world.database.pool());
        let (epoch, evn): (i32, i64) = asking.await.ok()?;
        let is_whole = epoch.unsigned_abs() == header.epoch.0 && evn.unsigned_abs() == header.evn;
        (is_whole && header.evn > 0).then_some(())
    })
    .await;
}

async fn wait_position(shopper: &Shopper, flash_drop: &TestDrop, position: u64) {
    let path = format!("/v1/drops/{}/ticket", flash_drop.id);
    wait_until(&format!("position {position}"), PATIENCE, async || {
        sleep(LOOK_EVERY).await;
        let ticket = shopper.admission().get(&path).await.body;
        (ticket["state"] == "waiting" && ticket["position"] == position).then_some(())
    })
    .await;
}

/// What the provider says of the only payment of a shopper's order.
async fn status_at_provider(app: &TestApp, shopper: &Shopper) -> String {
    let order = shopper.order().await.expect(200);
    let id = order["id"].as_str().unwrap_or_default();
    let found = app.psp().get(&format!("/v1/payments?reference={id}")).await.expect(200);
    found["data"][0]["status"].as_str().unwrap_or_default().to_owned()
}
