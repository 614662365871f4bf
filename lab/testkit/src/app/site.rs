//! A site that a seller protects.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::TicketId,
};

use super::{
    Api, Method, Seller, TestDrop,
    seller::{parse, wait_open},
};

/// How long ahead a line is scheduled that has lanes: they are set before it opens.
const AHEAD: Duration = Duration::from_secs(8);

/// A site to be protected: a thousand visitors a second, a hundred inside at one time, for a minute
/// each; nobody is missed.
#[derive(Clone, Debug)]
pub struct SiteBuilder {
    api: Api,
    body: Value,
    /// Those beside the normal one.
    lanes: Vec<Value>,
}

impl Seller {
    /// Describes a site to protect, where it begins; see [`SiteBuilder`].
    #[must_use]
    pub fn site(&self, site_url: &str) -> SiteBuilder {
        let body = json!({
            "title": "Test site",
            "site_url": site_url,
            "visitors_per_minute": 60_000.0,
            "max_inside": 100,
            "pass_seconds": 60,
            "presence": false,
        });
        SiteBuilder { api: self.api().clone(), body, lanes: Vec::new() }
    }

    /// Ends the visits of these tickets.
    pub async fn end_visits(&self, flash_drop: &TestDrop, ticket_ids: &[TicketId]) -> Value {
        let body = json!({ "drop_id": flash_drop.id, "ticket_ids": ticket_ids });
        self.api().post("/v1/passes/end", body).await.expect(200)
    }
}

impl SiteBuilder {
    /// Visitors let in per minute.
    #[must_use]
    pub fn per_minute(self, visitors: f64) -> Self {
        self.with("visitors_per_minute", visitors)
    }

    /// Visitors inside at one time, at most.
    #[must_use]
    pub fn max_inside(self, visitors: u32) -> Self {
        self.with("max_inside", visitors)
    }

    /// Visits in all.
    #[must_use]
    pub fn max_visits(self, visits: u32) -> Self {
        self.with("max_visits", visits)
    }

    /// How long a pass is good.
    #[must_use]
    pub fn pass_seconds(self, seconds: u32) -> Self {
        self.with("pass_seconds", seconds)
    }

    /// A lane beside the normal one, with a share of those who are let in.
    #[must_use]
    pub fn lane(mut self, lane: u8, share_percent: u8) -> Self {
        let name = format!("Lane {lane}");
        self.lanes.push(json!({ "lane": lane, "name": name, "share_percent": share_percent }));
        self
    }

    /// Sets any field of the request.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body[field] = value.into();
        self
    }

    /// Puts a drop before the site, and waits until its line is open.
    ///
    /// # Panics
    ///
    /// Panics if the API refuses it or it does not open in time.
    pub async fn protect(mut self) -> TestDrop {
        if !self.lanes.is_empty() {
            self.body["opens_at"] = json!(SystemClock.now() + AHEAD);
        }
        let body = self.api.post("/v1/seller/sites", self.body).await.expect(201);
        let flash_drop = TestDrop {
            id: parse(&body["id"]),
            seller_id: parse(&body["seller"]["id"]),
            product_id: parse(&body["product"]["id"]),
            variant_id: parse(&body["variants"][0]["id"]),
            body,
        };
        if !self.lanes.is_empty() {
            let path = format!("/v1/seller/drops/{}/lanes", flash_drop.id);
            let lanes = json!({ "lanes": self.lanes });
            self.api.send(Method::PUT, &path, Some(lanes)).await.expect(200);
        }
        wait_open(&self.api, &flash_drop).await;
        flash_drop
    }
}
