//! A seller: products and drops.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, ProductId, SellerId, VariantId},
};

use super::Api;

/// A seller of its own, with no products yet.
#[derive(Clone, Debug)]
pub struct Seller {
    api: Api,
}

/// A drop that was created.
#[derive(Clone, Debug)]
pub struct TestDrop {
    /// Names it in paths.
    pub id: DropId,
    /// Who sells it.
    pub seller_id: SellerId,
    /// The product, a variant of which is sold in it.
    pub product_id: ProductId,
    /// What is sold in it; the first variant, if there are several.
    pub variant_id: VariantId,
    /// The API's answer.
    pub body: Value,
}

impl TestDrop {
    /// Returns all that is sold in it, in the order of the ids.
    #[must_use]
    pub fn variant_ids(&self) -> Vec<VariantId> {
        let variants = self.body["variants"].as_array().into_iter().flatten();
        variants.map(|variant| parse(&variant["id"])).collect()
    }

    /// Returns how many units a join asks for: one, or nothing (null) where shoppers choose how many to
    /// take once they are held.
    #[must_use]
    pub fn units_asked(&self) -> Value {
        if self.body["fulfilment"] == "checkout" { Value::Null } else { json!(1) }
    }
}

impl Seller {
    pub(super) fn new(api: Api) -> Self {
        Self { api }
    }

    /// The API with this seller's key.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Describes a drop of ten units that opens at once and misses nobody; see [`DropBuilder`].
    #[must_use]
    pub fn flash_drop(&self) -> DropBuilder {
        DropBuilder {
            api: self.api.clone(),
            opens_in: SignedDuration::ZERO,
            wait_until_open: true,
            units: vec![10],
            body: json!({
                "title": "Test drop",
                "hold_seconds": 60,
                "admission_rate_per_second": 1000.0,
                "occupancy_cap": 1000,
                "order_rate_per_second": 1000.0,
                "presence": false,
            }),
        }
    }

    /// Returns the figures of a drop.
    pub async fn numbers(&self, flash_drop: &TestDrop) -> Value {
        self.api.get(&format!("/v1/seller/drops/{}/numbers", flash_drop.id)).await.expect(200)
    }

    /// Makes a code that opens a lane of a drop for so many shoppers.
    ///
    /// # Panics
    ///
    /// Panics if the API refuses it.
    pub async fn code(&self, flash_drop: &TestDrop, lane: u8, max_uses: u32) -> String {
        let path = format!("/v1/seller/drops/{}/codes", flash_drop.id);
        let body = json!({ "lane": lane, "count": 1, "max_uses": max_uses, "label": "A test" });
        let made = self.api.post(&path, body).await.expect(201);
        made["codes"][0].as_str().expect("the API shows the codes that it makes").to_owned()
    }

    /// Cancels a drop.
    pub async fn cancel(&self, flash_drop: &TestDrop) -> Value {
        let path = format!("/v1/seller/drops/{}/cancel", flash_drop.id);
        self.api.post(&path, json!({ "reason": "a test" })).await.expect(200)
    }
}

/// A drop to be created.
#[derive(Clone, Debug)]
pub struct DropBuilder {
    api: Api,
    opens_in: SignedDuration,
    wait_until_open: bool,
    /// Of each variant.
    units: Vec<u32>,
    body: Value,
}

impl DropBuilder {
    /// Units for sale, all of one variant.
    #[must_use]
    pub fn units(self, units: u32) -> Self {
        self.variants(&[units])
    }

    /// A variant for each of these numbers of units.
    #[must_use]
    pub fn variants(mut self, units: &[u32]) -> Self {
        self.units = units.to_vec();
        self
    }

    /// Lets shoppers choose how many units to take, once as many are held as a ticket may have.
    #[must_use]
    pub fn checkout(self) -> Self {
        self.with("fulfilment", "checkout")
    }

    /// Tickets let in per second.
    #[must_use]
    pub fn admission_rate(self, per_second: f64) -> Self {
        self.with("admission_rate_per_second", per_second)
    }

    /// Orders taken per second.
    #[must_use]
    pub fn order_rate(self, per_second: f64) -> Self {
        self.with("order_rate_per_second", per_second)
    }

    /// Tickets admitted and not finished, at most.
    #[must_use]
    pub fn occupancy_cap(self, cap: u32) -> Self {
        self.with("occupancy_cap", cap)
    }

    /// How long units stay held.
    #[must_use]
    pub fn hold_seconds(self, seconds: u32) -> Self {
        self.with("hold_seconds", seconds)
    }

    /// Most units for one customer, and for one ticket.
    #[must_use]
    pub fn max_units(self, units: u32) -> Self {
        self.with("max_units_per_ticket", units).with("max_units_per_customer", units)
    }

    /// Passes over those who are absent near the front.
    #[must_use]
    pub fn presence(self) -> Self {
        self.with("presence", true)
    }

    /// Opens it after this time; [`create`](Self::create) then returns at once.
    #[must_use]
    pub fn opens_in(mut self, time: SignedDuration) -> Self {
        self.opens_in = time;
        self.wait_until_open = false;
        self
    }

    /// Sets any field of the request.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body[field] = value.into();
        self
    }

    /// Creates the product and the drop, and waits until it is open.
    ///
    /// # Panics
    ///
    /// Panics if the API refuses it or it does not open in time.
    pub async fn create(mut self) -> TestDrop {
        let product = self.create_product().await;
        let now = SystemClock.now();
        self.body["product_id"] = product["id"].clone();
        let variants = product["variants"].as_array().into_iter().flatten().zip(&self.units);
        let sold =
            variants.map(|(made, units)| json!({ "variant_id": made["id"], "units": units }));
        self.body["variants"] = sold.collect();
        self.body["opens_at"] = json!(after(now, self.opens_in));
        if self.body.get("closes_at").is_none() {
            self.body["closes_at"] = json!(after(now, SignedDuration::from_hours(1)));
        }
        let body = self.api.post("/v1/seller/drops", self.body).await.expect(201);
        let flash_drop = TestDrop {
            id: parse(&body["id"]),
            seller_id: parse(&body["seller"]["id"]),
            product_id: parse(&product["id"]),
            variant_id: parse(&body["variants"][0]["id"]),
            body,
        };
        if self.wait_until_open {
            wait_open(&self.api, &flash_drop).await;
        }
        flash_drop
    }

    async fn create_product(&self) -> Value {
        let variant = |n: usize| {
            let name = format!("Size {}", n + 1);
            json!({ "name": name, "price_minor": 1_999, "currency": "EUR", "stock": 1_000_000 })
        };
        let variants: Vec<Value> = (0..self.units.len()).map(variant).collect();
        let product = json!({ "name": "Test product", "variants": variants });
        self.api.post("/v1/seller/products", product).await.expect(201)
    }
}

pub(super) async fn wait_open(api: &Api, flash_drop: &TestDrop) {
    let path = format!("/v1/drops/{}", flash_drop.id);
    crate::wait_until("open drop", crate::wait::PATIENCE, async || {
        let reply = api.get(&path).await;
        (reply.body["state"] == "open").then_some(())
    })
    .await;
}

fn after(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_add(time).expect("a test stays in this century")
}

/// Reads an id out of an answer.
pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &Value) -> T {
    value.as_str().unwrap_or_default().parse().expect("the API answers with ids")
}
