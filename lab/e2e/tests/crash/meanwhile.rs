//! What is done to the sale of a trial while it goes on, with a mutant and without.

use crate::{
    common::faults::{self, Victim},
    drop_of_the_crowd, gap,
};
use anyhow::ensure;
use check::faults::FaultLog;
use serde_json::json;
use std::time::Duration;
use testkit::{World, app::Api};

const ROLES: &str = "SLUICE_WORKER__ROLES";
/// Everything but orders.
const REST: &str = "log,drain,payments,sweeper,reconciler,relay,scheduler";

/// So many have joined before anything but a kill is done.
const JOINS: u64 = 60;
/// How long the sale may take to come to something.
const PATIENCE: Duration = Duration::from_secs(30);

const ADMITTED_SINCE: &str = "
    select exists (select from orders where admitted_at > to_timestamp($1::bigint / 1e6))";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// An operator changes the admission rate.
    Limits,
    /// The worker of the orders is killed in a gap.
    KillOfOrders(&'static str),
    /// The worker of everything else is killed in a gap.
    KillOfRest(&'static str),
    /// A drain stands still while its line is lost and built anew, and then goes on.
    StaleDrain,
}

impl Meanwhile {
    /// Returns the settings of the two workers: the first one processes orders, the second one does
    /// the rest, so that each can be killed alone.
    pub(crate) const fn settings(self) -> [&'static [(&'static str, &'static str)]; 2] {
        match self {
            Self::Limits | Self::KillOfOrders(_) | Self::KillOfRest(_) => {
                [&[(ROLES, "orders")], &[(ROLES, REST)]]
            }
            // The first one's drain leaves the rate to the other for most of a second, and that one
            // asks again in the same line as long as it lets somebody in.
            Self::StaleDrain => [
                &[(ROLES, "orders,drain"), ("SLUICE_LINE__ADMIT_EVERY_MS", "1000")],
                &[(ROLES, REST), ("SLUICE_LINE__ADMIT_BATCH", "1")],
            ],
        }
    }

    /// Does it; returns when the sale is left to itself.
    pub(crate) async fn happen(self, world: &World, log: &FaultLog) -> anyhow::Result<()> {
        match self {
            Self::Limits => change_limits(world).await,
            Self::KillOfOrders(gap) => kill(world, log, 0, gap).await,
            Self::KillOfRest(gap) => kill(world, log, 1, gap).await,
            Self::StaleDrain => let_a_drain_outlive_its_line(world, log).await,
        }
    }
}

async fn change_limits(world: &World) -> anyhow::Result<()> {
    joined(world).await?;
    let drop_id = drop_of_the_crowd(world).await?;
    let operator = Api::new(world.fleet.storefront_url()).with_key(&world.operator_key);
    let limits = json!({ "admission_rate_per_second": 45.0, "why": "a trial" });
    let reply = operator.patch(&format!("/v1/operator/drops/{drop_id}/limits"), limits).await;
    ensure!(reply.status.is_success(), "new limits were answered {}: {}", reply.status, reply.body);
    Ok(())
}

async fn kill(world: &World, log: &FaultLog, worker: usize, gap: &str) -> anyhow::Result<()> {
    let worker = &world.workers[worker];
    gap::hold_at(world, log, worker, gap).await?;
    gap::reached(world, gap).await?;
    gap::kill(log, worker).await
}

/// The drain has let somebody in when the line is lost. It goes on with what it knew when the other
/// drain has let somebody into the new line: an unused rate counts from the first question on.
async fn let_a_drain_outlive_its_line(world: &World, log: &FaultLog) -> anyhow::Result<()> {
    const GAP: &str = "drain.after_admit";
    gap::hold_at(world, log, &world.workers[1], GAP).await?;
    gap::reached(world, GAP).await?;
    joined(world).await?;
    let mut progress = world.progress().await;
    faults::strike(world, log, Victim::RedisKeys, &mut progress).await?;
    let lost_us = FaultLog::now_us();
    let is_new = async || is_anybody_admitted_since(world, lost_us).await;
    gap::until("somebody let into the new line", PATIENCE, is_new).await?;
    gap::lift(world, GAP)
}

async fn joined(world: &World) -> anyhow::Result<()> {
    let mut progress = world.progress().await;
    let are_there = async || progress.read().await.joins >= JOINS;
    gap::until("enough joins", PATIENCE, are_there).await
}

async fn is_anybody_admitted_since(world: &World, at_us: i64) -> bool {
    let asking = sqlx::query_scalar(ADMITTED_SINCE).bind(at_us).fetch_one(world.database.pool());
    asking.await.unwrap_or(false)
}
