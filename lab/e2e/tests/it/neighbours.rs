//! A second seller in the same world, who sells to shoppers of its own while the crowd is there.
//!
//! With its key, with a ticket of its drop and with no credential at all, the first seller's things
//! are asked for, over and over: without them TENANT-1 could not fail.

use crate::common::{intruder::Intruder, runs::probes_file};
use anyhow::ensure;
use check::probes::{Asker, TenantProbeLog};
use serde_json::{Value, json};
use shared::ids::{DropId, OrderId};
use std::time::Duration;
use testkit::{
    TestApp,
    app::{Api, Method, Seller, Shopper, TestDrop, TestTicket},
};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// How often somebody buys of the second seller, and everything is asked for.
const ROUNDS: u32 = 10;
/// The least sales of the second seller. A fault may keep a shopper from buying.
const MIN_SOLD: u32 = 3;
/// What must be answered of the 99 requests of each round, in all rounds together. Services that
/// are away answer nothing.
pub(crate) const MIN_ANSWERS: u64 = 200;
/// More than all shoppers of the second seller can hold.
const UNITS: u32 = 1_000;
/// How long it is tried to buy, also while a service is away or stands still.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one shopper may take until somebody else tries.
const TRY: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(200);
/// How long Postgres may take to name an order.
const LOOKING: Duration = Duration::from_secs(1);

const NEWEST_ORDER: &str = "select id from orders where drop_id = $1 order by id desc limit 1";

/// The second seller, its drop, and a shopper who has a ticket for it.
pub(crate) struct Neighbours {
    seller: Seller,
    flash_drop: TestDrop,
    shopper: Shopper,
    ticket: TestTicket,
}

impl Neighbours {
    /// Opens a drop of another seller's. The drop that the crowd comes for is opened after it: the
    /// progress of a world is that of its newest drop.
    pub(crate) async fn open(app: &TestApp) -> Self {
        let seller = app.seller().await;
        let flash_drop = seller.flash_drop().units(UNITS).create().await;
        let shopper = app.shopper().await;
        let ticket = shopper.join(&flash_drop).await;
        Self { seller, flash_drop, shopper, ticket }
    }

    /// Sells to one shopper after the other, evenly over this time, and asks for all that is the
    /// first seller's after each. Fails when hardly anything was sold.
    pub(crate) async fn trade(
        &self,
        app: &TestApp,
        theirs: &TestDrop,
        over: Duration,
    ) -> anyhow::Result<()> {
        let log = TenantProbeLog::new(probes_file(&app.world));
        let (began, mut n_sold, mut order_id) = (Instant::now(), 0, None);
        for round in 0..ROUNDS {
            sleep_until(began + over * round / ROUNDS).await;
            n_sold += u32::from(buy(app, &self.flash_drop).await);
            order_id = newest_order(app, theirs.id).await.or(order_id);
            let Some(order_id) = order_id else { continue };
            let [nobody, seller, shopper] = self.intruders(app, round as usize);
            tokio::try_join!(
                nobody.ask_for_all(theirs, order_id, &log),
                seller.ask_for_all(theirs, order_id, &log),
                shopper.ask_for_all(theirs, order_id, &log),
            )?;
        }
        ensure!(n_sold >= MIN_SOLD, "the second seller sold {n_sold}, {MIN_SOLD} are the least");
        Ok(())
    }

    /// Those who ask, at one instance of admission after the other.
    fn intruders(&self, app: &TestApp, round: usize) -> [Intruder; 3] {
        let urls = &app.world.admission_urls;
        let (storefront, admission) = (app.storefront(), Api::new(&urls[round % urls.len()]));
        let key = self.shopper.storefront().key().unwrap_or_default();
        let with_ticket = admission.with_key(key).with_ticket(&self.ticket.token);
        [
            Intruder { by: Asker::Nobody, storefront, admission: admission.clone() },
            Intruder {
                by: Asker::Seller(self.flash_drop.seller_id),
                storefront: self.seller.api().clone(),
                admission,
            },
            Intruder {
                by: Asker::Shopper(self.shopper.id),
                storefront: self.shopper.storefront().clone(),
                admission: with_ticket,
            },
        ]
    }
}

/// Returns the newest order of a drop, whose shopper may be about to pay; `None` while Postgres is
/// away.
async fn newest_order(app: &TestApp, drop_id: DropId) -> Option<OrderId> {
    let pool = app.world.database.pool();
    let asked = sqlx::query_scalar(NEWEST_ORDER).bind(drop_id).fetch_optional(pool);
    timeout(LOOKING, asked).await.ok()?.ok()?
}

/// Buys one unit as somebody new; when a fault comes between, somebody else tries. Returns whether
/// anybody could.
async fn buy(app: &TestApp, flash_drop: &TestDrop) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Ok(Some(())) = timeout(TRY, try_to_buy(app, flash_drop)).await {
            return true;
        }
        sleep(PAUSE).await;
    }
    false
}

/// Joins, waits for the turn, pays and sees the order confirmed; `None` when something was refused
/// or not answered.
async fn try_to_buy(app: &TestApp, flash_drop: &TestDrop) -> Option<()> {
    let storefront = app.storefront();
    let session = post(&storefront, "/v1/session", json!({})).await?;
    let token = session["token"].as_str()?;
    let (storefront, admission) = (storefront.with_key(token), app.admission().with_key(token));
    let intent = json!({ "variant_id": flash_drop.variant_id, "units": 1 });
    let path = format!("/v1/drops/{}/tickets", flash_drop.id);
    let ticket = post(&admission, &path, intent).await?;
    let order = format!("/v1/orders/{}", ticket["ticket_id"].as_str()?);
    until_state(&storefront, &order, "reserved").await;
    let card = json!({ "payment_method": "pm_card_approve" });
    post(&storefront, &format!("{order}/payment"), card).await?;
    until_state(&storefront, &order, "confirmed").await;
    Some(())
}

async fn post(api: &Api, path: &str, body: Value) -> Option<Value> {
    let reply = api.try_send(Method::POST, path, Some(body)).await.ok()?;
    reply.status.is_success().then_some(reply.body)
}

/// Asks for an order until it is in this state, whatever comes between.
async fn until_state(api: &Api, order: &str, state: &str) {
    loop {
        let reply = api.try_send(Method::GET, order, None).await;
        if reply.is_ok_and(|reply| reply.body["state"] == state) {
            return;
        }
        sleep(PAUSE).await;
    }
}
