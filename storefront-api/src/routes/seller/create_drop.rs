//! Making a drop.

use super::{
    drops::{self, SellerDropResponse},
    products::MAX_UNITS,
    window::check_window,
};
use crate::{
    ApiError, App,
    extract::{Body, Faults, ResourceId, Seller, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::selling::drops::NewDrop;
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    drops::Limits,
    ids::{DropId, ProductId, VariantId},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// Rates that are taken, per second: from one in about a quarter of an hour.
pub(crate) const RATES: std::ops::RangeInclusive<f64> = 0.001..=100_000.0;
/// Occupancy caps that are taken.
pub(crate) const CAPS: std::ops::RangeInclusive<u32> = 1..=10_000_000;
/// Holds that are taken, seconds: up to a day.
const HOLDS: std::ops::RangeInclusive<i32> = 1..=86_400;

/// A drop to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropInput {
    /// The product.
    pub product_id: Uuid,
    /// The variant that is sold.
    pub variant_id: Uuid,
    /// What it is called, up to 200 characters.
    #[schema(example = "Friday drop")]
    pub title: String,
    /// Words about it, up to 5000 characters.
    #[serde(default)]
    pub description: String,
    /// Units to be sold; they are taken out of the variant's stock.
    #[schema(example = 500)]
    pub units: i32,
    /// When it opens; a drop without stays a draft.
    pub opens_at: Option<Timestamp>,
    /// When it closes; a drop without goes on until it is sold out.
    pub closes_at: Option<Timestamp>,
    /// Units of one ticket, at most.
    #[serde(default = "one")]
    #[schema(default = 1)]
    pub max_units_per_ticket: i32,
    /// Units of one customer, at most.
    #[serde(default = "one")]
    #[schema(default = 1)]
    pub max_units_per_customer: i32,
    /// How long units are held for an order, seconds.
    #[serde(default = "five_minutes")]
    #[schema(default = 300)]
    pub hold_seconds: i32,
    /// Tickets let in per second; fractions are allowed.
    #[serde(default = "fifty")]
    #[schema(default = 50.0)]
    pub admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    #[serde(default = "thousand")]
    #[schema(default = 1000)]
    pub occupancy_cap: u32,
    /// Orders processed per second.
    #[serde(default = "two_hundred")]
    #[schema(default = 200.0)]
    pub order_rate_per_second: f64,
}

const fn one() -> i32 {
    1
}

const fn five_minutes() -> i32 {
    300
}

const fn fifty() -> f64 {
    50.0
}

const fn thousand() -> u32 {
    1000
}

const fn two_hundred() -> f64 {
    200.0
}

impl Validate for DropInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/title", &self.title, 200);
        faults.optional_text("/description", &self.description, 5000);
        faults.within("/units", self.units, &(1..=MAX_UNITS));
        faults.within("/max_units_per_ticket", self.max_units_per_ticket, &(1..=1000));
        faults.within("/max_units_per_customer", self.max_units_per_customer, &(1..=100_000));
        if self.max_units_per_ticket > self.max_units_per_customer {
            faults.add("/max_units_per_ticket", "must not be above max_units_per_customer");
        }
        if self.max_units_per_ticket > self.units {
            faults.add("/max_units_per_ticket", "must not be above units");
        }
        faults.within("/hold_seconds", self.hold_seconds, &HOLDS);
        faults.within("/admission_rate_per_second", self.admission_rate_per_second, &RATES);
        faults.within("/occupancy_cap", self.occupancy_cap, &CAPS);
        faults.within("/order_rate_per_second", self.order_rate_per_second, &RATES);
        if let (None, Some(_)) = (self.opens_at, self.closes_at) {
            faults.add("/closes_at", "needs opens_at");
        }
        faults
    }
}

impl DropInput {
    fn into_new(self, id: DropId, seller: &Seller) -> NewDrop {
        NewDrop {
            id,
            seller_id: seller.seller_id,
            product_id: ProductId::from_uuid(self.product_id),
            variant_id: VariantId::from_uuid(self.variant_id),
            title: self.title,
            description: self.description,
            units: self.units,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            max_units_per_ticket: self.max_units_per_ticket,
            max_units_per_customer: self.max_units_per_customer,
            hold_seconds: self.hold_seconds,
            limits: Limits {
                admission_rate_per_second: self.admission_rate_per_second,
                occupancy_cap: self.occupancy_cap,
                order_rate_per_second: self.order_rate_per_second,
            },
        }
    }
}

/// Makes a drop and takes its units out of the variant's stock.
#[utoipa::path(post, path = "/v1/seller/drops", tag = "seller",
    security(("seller_key" = [])), request_body = DropInput,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 201, body = SellerDropResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.drops.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: Seller,
    ResourceId(id): ResourceId,
    Body(input): Body<DropInput>,
) -> Result<(StatusCode, Json<SellerDropResponse>), ApiError> {
    if let Some(opens_at) = input.opens_at {
        let faults = check_window(opens_at, input.closes_at, app.now());
        if !faults.is_empty() {
            return Err(faults.into());
        }
    }
    let new_drop = input.into_new(DropId::from_uuid(id), &seller);
    database::selling::drops::create(&app.pool, &new_drop, &seller.actor()).await?;
    tracing::info!(drop.id = %new_drop.id, "made drop {}", new_drop.id);
    Ok((StatusCode::CREATED, Json(drops::find(&app, &seller, new_drop.id).await?)))
}
