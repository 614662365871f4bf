//! A drain that stands still while its line is lost and built anew and another drain takes over, and
//! that then goes on.

use crate::{
    common::faults::{self, Victim},
    gap,
};
use anyhow::ensure;
use check::faults::FaultLog;
use std::time::Duration;
use testkit::World;

/// Where it stands still: it has let somebody in, and nobody else knows.
const GAP: &str = "drain.after_admit";
/// So many have joined before the line is lost.
const JOINS: u64 = 60;
/// How long the sale may take to come to something.
const PATIENCE: Duration = Duration::from_secs(30);

const END_LOCKS: &str = "
    select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
     where datname = current_database() and application_name = 'sluice locks of drain'";
const ADMITTED_SINCE: &str = "
    select exists (select from orders where admitted_at > to_timestamp($1::bigint / 1e6))";

/// Holds the second worker's drain until the first worker has let somebody into the new line: an
/// unused rate counts from the first question on. The first worker runs for no longer than that.
///
/// A worker that has lost its locks waits for the work under them to end before it takes others, so
/// the stale drain's never takes this one back meanwhile.
pub(crate) async fn outlive_its_line(world: &World, log: &FaultLog) -> anyhow::Result<()> {
    let (other, stale) = (&world.workers[0], &world.workers[1]);
    let mut progress = world.progress().await;
    // Alone, the one that is to stand still has the lock.
    other.stop().await?;
    gap::hold_at(world, log, stale, GAP).await?;
    gap::reached(world, GAP).await?;
    let have_joined = async || progress.read().await.joins >= JOINS;
    gap::until("enough joins", PATIENCE, have_joined).await?;
    end_locks(world).await?;
    other.start_again().await?;
    faults::strike(world, log, Victim::RedisKeys, &mut progress).await?;
    let lost_us = FaultLog::now_us();
    let is_new = async || is_anybody_admitted_since(world, lost_us).await;
    gap::until("somebody let into the new line", PATIENCE, is_new).await?;
    gap::lift(world, GAP)?;
    Ok(other.stop().await?)
}

/// Ends the sessions that hold the locks of drains, as Postgres does with one that is silent.
async fn end_locks(world: &World) -> anyhow::Result<()> {
    let n_ended: i64 = sqlx::query_scalar(END_LOCKS).fetch_one(world.database.pool()).await?;
    ensure!(n_ended > 0, "no drain had a lock");
    Ok(())
}

async fn is_anybody_admitted_since(world: &World, at_us: i64) -> bool {
    let asking = sqlx::query_scalar(ADMITTED_SINCE).bind(at_us).fetch_one(world.database.pool());
    asking.await.unwrap_or(false)
}
