//! The line before a site, and visitors who stand in it.

use serde_json::{Value, json};
use shared::ids::VariantId;
use std::time::Duration;
use testkit::{
    TestApp,
    app::{Api, Method},
    wait_until,
};
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long anybody waits for their turn.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Pauses between two looks, the longer the further somebody is from the front.
const LOOK_EVERY: Duration = Duration::from_millis(300);
const LOOK_EVERY_AT_MOST: Duration = Duration::from_secs(3);
const EACH_AHEAD: Duration = Duration::from_millis(10);
/// Everybody at once, as far as there is room.
const PER_MINUTE: f64 = 600_000.0;

/// How many the site serves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    pub(crate) max_inside: u32,
    pub(crate) pass_seconds: u32,
}

/// The line before a site.
pub(crate) struct Line {
    pub(crate) drop_id: String,
    pub(crate) seller: Api,
    variant_id: VariantId,
    storefront: Api,
    admission: Api,
}

/// Somebody in line.
pub(crate) struct InLine {
    pub(crate) ticket_id: String,
    pub(crate) queue_number: u64,
    drop_id: String,
    storefront: Api,
    admission: Api,
}

impl Line {
    /// Protects a site that begins at this address.
    pub(crate) async fn open(app: &TestApp, site_url: &str, capacity: Capacity) -> Self {
        let seller = app.seller().await;
        let site = seller
            .site(site_url)
            .per_minute(PER_MINUTE)
            .max_inside(capacity.max_inside)
            .pass_seconds(capacity.pass_seconds)
            .protect()
            .await;
        Self {
            drop_id: site.id.to_string(),
            variant_id: site.variant_id,
            seller: seller.api().clone(),
            storefront: app.storefront(),
            admission: app.admission(),
        }
    }

    /// Somebody new joins, as soon as that is possible.
    pub(crate) async fn join(&self) -> InLine {
        let session = self.storefront.post("/v1/session", json!({})).await.expect(201);
        let session = text(&session["token"]);
        let admission = self.admission.with_key(&session);
        let path = format!("/v1/drops/{}/tickets", self.drop_id);
        let body = json!({ "variant_id": self.variant_id, "units": 1 });
        let deadline = Instant::now() + PATIENCE;
        let joined = loop {
            let reply = admission.post(&path, body.clone()).await;
            if reply.status.is_success() {
                break reply.body;
            }
            assert!(Instant::now() < deadline, "join: {} {}", reply.status, reply.body);
            sleep(LOOK_EVERY).await;
        };
        InLine {
            ticket_id: text(&joined["ticket_id"]),
            queue_number: joined["queue_number"].as_u64().expect("a ticket has a number"),
            drop_id: self.drop_id.clone(),
            storefront: self.storefront.with_key(&session),
            admission: admission.with_ticket(&text(&joined["token"])),
        }
    }

    /// Takes a pass back, as the seller.
    pub(crate) async fn revoke(&self, visitor: &InLine) {
        let path = format!("/v1/passes/{}/revoke", visitor.ticket_id);
        let body = json!({ "drop_id": self.drop_id, "why": "a test" });
        let reply = self.seller.post(&path, body).await;
        assert!(reply.status.is_success(), "revoke: {} {}", reply.status, reply.body);
    }
}

impl InLine {
    /// Asks for the way in, to a place on the site; `None` before the turn has come.
    pub(crate) async fn pass(&self, to: &str) -> Option<Value> {
        let path = format!("/v1/drops/{}/pass", self.drop_id);
        let asked = self.storefront.try_send(Method::POST, &path, Some(json!({ "to": to }))).await;
        asked.ok().filter(|reply| reply.status.is_success()).map(|reply| reply.body)
    }

    /// Waits for the turn, and returns the way in.
    pub(crate) async fn turn(&self, to: &str) -> Value {
        let deadline = Instant::now() + LONGEST_WAIT;
        loop {
            let ahead = self.ahead().await;
            if ahead.is_none()
                && let Some(pass) = self.pass(to).await
            {
                return pass;
            }
            let number = self.queue_number;
            assert!(Instant::now() < deadline, "number {number} still waits, {ahead:?} ahead");
            sleep(pause(ahead.unwrap_or_default())).await;
        }
    }

    /// How many are ahead; `None` for one who does not wait any more.
    async fn ahead(&self) -> Option<u32> {
        let path = format!("/v1/drops/{}/ticket", self.drop_id);
        let view = wait_until("answer about a ticket", PATIENCE, async || {
            let reply = self.admission.try_send(Method::GET, &path, None).await.ok()?;
            reply.status.is_success().then_some(reply.body)
        })
        .await;
        let position = view["position"].as_u64()?;
        Some(u32::try_from(position).unwrap_or(u32::MAX))
    }
}

fn pause(ahead: u32) -> Duration {
    EACH_AHEAD.saturating_mul(ahead).clamp(LOOK_EVERY, LOOK_EVERY_AT_MOST)
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
