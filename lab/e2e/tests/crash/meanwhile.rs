//! What is done to the sale of a trial while it goes on, with a mutant and without.

use crate::{
    common::{
        intruder::Intruder,
        runs::{Crowd, probes_file},
    },
    crowds, drop_of_the_crowd, gap, stale_drain,
};
use anyhow::ensure;
use check::{
    Requirement,
    faults::FaultLog,
    probes::{Asker, TenantProbeLog},
};
use serde_json::json;
use shared::{
    ids::{DropId, OrderId},
    invariants::Invariant,
};
use std::time::Duration;
use testkit::{
    TestApp, World,
    app::{Api, TestDrop},
};

const ROLES: &str = "SLUICE_WORKER__ROLES";
const ADMIT_EVERY_MS: &str = "SLUICE_LINE__ADMIT_EVERY_MS";
const PRESENCE_TTL_MS: &str = "SLUICE_ADMISSION__PRESENCE_TTL_MS";
/// Everything but orders.
const REST: &str = "log,drain,payments,sweeper,reconciler,relay,scheduler";

/// So many have joined before the limits are changed.
const JOINS: u64 = 60;
/// How long the sale may take to come to something.
const PATIENCE: Duration = Duration::from_secs(30);

const AN_ORDER: &str = "select id from orders where drop_id = $1 limit 1";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// An operator changes the admission rate.
    Limits,
    /// The worker of the orders is killed in a gap.
    KillOfOrders(&'static str),
    /// The worker of everything else is killed in a gap.
    KillOfRest(&'static str),
    /// A drain stands still while its line is lost and built anew and another drain takes over, and
    /// then goes on.
    StaleDrain,
    /// Another seller asks for all that is the crowd's seller's.
    Intruder,
    /// Nothing; the sale takes longer than LIVE-1 has to look, and than somebody counts as being there
    /// who is not seen.
    LongSale,
    /// Nothing; some of the crowd have a code, which opens a lane of its own.
    Codes,
    /// Nothing; the crowd wants into a site that has places for half of it.
    Visits,
}

impl Meanwhile {
    /// Returns the settings of the two workers. Most often the first one processes orders and the
    /// second one does the rest, so that each can be killed alone.
    pub(crate) const fn settings(self) -> [&'static [(&'static str, &'static str)]; 2] {
        match self {
            Self::Limits
            | Self::KillOfOrders(_)
            | Self::KillOfRest(_)
            | Self::Intruder
            | Self::Codes
            | Self::Visits => [&[(ROLES, "orders")], &[(ROLES, REST)]],
            // The second one does everything. The first one lets people in while the other's drain
            // stands still: it leaves most of a second to that one, which asks again in the same
            // line as long as it lets somebody in.
            Self::StaleDrain => [
                &[(ROLES, "drain"), (ADMIT_EVERY_MS, "1000")],
                &[("SLUICE_LINE__ADMIT_BATCH", "1")],
            ],
            // Taken for seconds, the pause is more than the ten that LIVE-1 looks at. Half of the
            // line waits for longer than a mark lasts.
            Self::LongSale => [
                &[(ROLES, "orders")],
                &[(ROLES, REST), (ADMIT_EVERY_MS, "12"), (PRESENCE_TTL_MS, "6000")],
            ],
        }
    }

    /// Makes the usual crowd the one of this trial, and requires the rule that no other trial can
    /// judge.
    pub(crate) fn shape(self, crowd: &mut Crowd) {
        let (required, n_cases) = match self {
            Self::Limits | Self::KillOfOrders(_) | Self::KillOfRest(_) | Self::StaleDrain => return,
            Self::Intruder => (Invariant::Tenant1, 1),
            Self::LongSale => {
                crowds::slow_down(&mut crowd.options);
                (Invariant::Live1, 1)
            }
            Self::Codes => {
                crowds::hand_out_codes(&mut crowd.options);
                (Invariant::Lane1, 10)
            }
            Self::Visits => {
                crowds::lead_into_a_site(crowd);
                (Invariant::Pass1, 20)
            }
        };
        crowd.required.push(Requirement::new(required, n_cases));
    }

    /// Does it; returns when the sale is left to itself.
    pub(crate) async fn happen(self, app: &TestApp, log: &FaultLog) -> anyhow::Result<()> {
        let world = &app.world;
        match self {
            Self::Limits => change_limits(world).await,
            Self::KillOfOrders(gap) => kill(world, log, 0, gap).await,
            Self::KillOfRest(gap) => kill(world, log, 1, gap).await,
            Self::StaleDrain => stale_drain::outlive_its_line(world, log).await,
            Self::Intruder => let_another_seller_ask(app).await,
            Self::LongSale | Self::Codes | Self::Visits => Ok(()),
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

/// The other seller has a drop of its own, which opens only once that of the crowd is known: the
/// newest one is taken for it.
async fn let_another_seller_ask(app: &TestApp) -> anyhow::Result<()> {
    let world = &app.world;
    let mut progress = world.progress().await;
    let is_sold_from = async || progress.read().await.orders > 0;
    gap::until("an order", PATIENCE, is_sold_from).await?;
    let theirs = find_drop(app, drop_of_the_crowd(world).await?).await?;
    let finding = sqlx::query_scalar(AN_ORDER).bind(theirs.id);
    let order_id: OrderId = finding.fetch_one(world.database.pool()).await?;
    let seller = app.seller().await;
    let own = seller.flash_drop().create().await;
    let intruder = Intruder {
        by: Asker::Seller(own.seller_id),
        storefront: seller.api().clone(),
        admission: app.admission(),
    };
    intruder.ask_for_all(&theirs, order_id, &TenantProbeLog::new(probes_file(world))).await
}

/// Reads of a drop what everybody may see.
pub(crate) async fn find_drop(app: &TestApp, id: DropId) -> anyhow::Result<TestDrop> {
    let body = app.storefront().get(&format!("/v1/drops/{id}")).await.expect(200);
    Ok(TestDrop {
        id,
        seller_id: body["seller"]["id"].as_str().unwrap_or_default().parse()?,
        product_id: body["product"]["id"].as_str().unwrap_or_default().parse()?,
        variant_id: body["variants"][0]["id"].as_str().unwrap_or_default().parse()?,
        body,
    })
}

async fn joined(world: &World) -> anyhow::Result<()> {
    let mut progress = world.progress().await;
    let are_there = async || progress.read().await.joins >= JOINS;
    gap::until("enough joins", PATIENCE, are_there).await
}
