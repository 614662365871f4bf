//! The disk of Redis is full, that of Postgres.

use crate::{
    MACHINE,
    people::{self, ANSWER, Placed},
    small_disk::SmallDisk,
};
use anyhow::{Context, bail, ensure};
use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::PgPool;
use stack::Stack;
use std::time::Duration;
use testkit::{
    TestApp, World, WorldOptions,
    app::{Reply, TestDrop},
};
use tokio::time::{Instant, sleep, timeout};

const REDIS_MIB: u32 = 16;
/// A new cluster takes a third of it.
const POSTGRES_MIB: u32 = 256;
/// How long it may take until a full disk is noticed: Redis writes once a second.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);
const N_IN_LINE: usize = 20;

/// Fills a segment of the write-ahead log, so that the next one is begun.
const FILL_A_SEGMENT: &str =
    "select pg_logical_emit_message(false, 'test', repeat('x', 1000000)), pg_switch_wal()";
/// More segments than there are prepared.
const MAX_SEGMENTS: usize = 20;
/// How long a statement may take that fills one.
const STATEMENT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_redis_has_joins_refused_and_costs_nobody_a_place() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let Some(disk) = SmallDisk::mount("redis", REDIS_MIB).await? else { return Ok(()) };
    let world = World::start("faults-redis-disk", WorldOptions::default()).await?;
    let app = TestApp { world };
    let redis = stack_of(&app)?.redis();
    redis.stop().await?;
    disk.take_over(&stack_of(&app)?.dir().join("redis")).await?;
    redis.start().await?;

    let (seller, operator) = (app.seller().await, app.operator().await);
    let flash_drop = seller.flash_drop().units(5_000).hold_seconds(300).create().await;
    operator.pause(&flash_drop).await;
    let mut line = people::line(&app, &flash_drop, N_IN_LINE).await;
    let pid = redis.pid();

    disk.fill()?;
    line.extend(join_until_refused(&app, &flash_drop).await?);
    let status = line[0].shopper.admission().get(&ticket_path(&flash_drop)).await.status;
    assert_eq!(status, StatusCode::OK, "what is there can be read");
    assert_eq!(redis.pid(), pid, "Redis has ended: {:?}", redis.ended());

    disk.free()?;
    line.extend(people::line(&app, &flash_drop, 1).await);
    join_all(line.iter().map(|placed| placed.must_still_have_it(&flash_drop))).await;
    operator.resume(&flash_drop).await;
    people::each_must_have_one_order(&app, &line).await;
    app.world.stop().await
}

/// Has one after the other join until one is refused; returns the others.
async fn join_until_refused(app: &TestApp, flash_drop: &TestDrop) -> anyhow::Result<Vec<Placed>> {
    let (mut line, deadline) = (Vec::new(), Instant::now() + PATIENCE);
    loop {
        let shopper = app.shopper().await;
        let reply = people::try_join(&shopper, flash_drop, ANSWER).await;
        if !reply.status.is_success() {
            people::assert_told_to_come_back(&reply);
            println!("{} joined until the disk was noticed to be full", line.len());
            return Ok(line);
        }
        line.push(Placed::of(shopper, &reply.body));
        ensure!(Instant::now() < deadline, "{} joined although the disk is full", line.len());
        sleep(PAUSE).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_postgres_holds_up_no_join_and_buries_no_order() -> anyhow::Result<()> {
    let _machine = MACHINE.lock().await;
    let Some(disk) = SmallDisk::mount("postgres", POSTGRES_MIB).await? else { return Ok(()) };
    let world = World::start("faults-postgres-disk", WorldOptions::default()).await?;
    let app = TestApp { world };
    let postgres = stack_of(&app)?.postgres();
    postgres.stop().await?;
    disk.take_over(&stack_of(&app)?.dir().join("postgres")).await?;
    postgres.start().await?;

    let flash_drop = app.seller().await.flash_drop().units(200).hold_seconds(600).create().await;
    let mut line = people::line(&app, &flash_drop, N_IN_LINE).await;
    people::each_must_have_one_order(&app, &line).await;
    let newcomers = people::newcomers(&app, N_IN_LINE).await;

    disk.fill()?;
    fill_the_log(app.world.database.pool()).await?;
    let joined = people::must_join_at_once(newcomers, &flash_drop).await;
    let replies = join_all(line.iter().map(people::ask_for_order)).await;
    replies.iter().for_each(assert_shown_or_told_to_come_back);

    disk.free()?;
    println!("Postgres, after its disk was full: {:?}", postgres.ended());
    // It has given up, or comes back by itself.
    postgres.start().await?;
    line.extend(joined);
    people::each_must_have_one_order(&app, &line).await;
    app.world.stop().await
}

/// Writes to the log until Postgres can't, and ends its sessions.
async fn fill_the_log(pool: &PgPool) -> anyhow::Result<()> {
    for _ in 0..MAX_SEGMENTS {
        match timeout(STATEMENT, sqlx::query(FILL_A_SEGMENT).execute(pool)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                println!("Postgres, on a full disk: {error}");
                return Ok(());
            }
            Err(_) => return Ok(()),
        }
    }
    bail!("Postgres went on writing to a full disk")
}

/// Postgres may be up again, as long as nobody wants to write.
fn assert_shown_or_told_to_come_back(reply: &Reply) {
    if reply.status != StatusCode::OK {
        people::assert_told_to_come_back(reply);
    }
}

fn stack_of(app: &TestApp) -> anyhow::Result<&Stack> {
    app.world.stack.as_ref().context("this world has servers of its own")
}

fn ticket_path(flash_drop: &TestDrop) -> String {
    format!("/v1/drops/{}/ticket", flash_drop.id)
}
