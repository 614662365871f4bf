//! Creating a drop.

use super::{
    drop_variants::{self, DropVariantInput},
    drops::{self, SellerDropResponse},
    lanes::{self, LaneInput},
    window::check_window,
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, Faults, IdempotencyKey, ResourceId, Validate},
    routes::ranges::{COOLDOWN_SECONDS, HOLD_SECONDS, NO_SHOW_PERCENT, OCCUPANCY_CAPS, RATES},
};
use axum::{extract::State, http::StatusCode};
use database::selling::drops::{NewDrop, NewDropVariant};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    drops::{Fulfilment, Limits},
    ids::{DropId, ProductId},
};
use utoipa::ToSchema;

/// A drop to create.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DropInput {
    /// One of the seller's products.
    product_id: ProductId,
    /// Which variants of it are sold, each once, all in one currency: 1 to 20, together up to 10 000 000
    /// units.
    #[schema(min_items = 1, max_items = 20)]
    variants: Vec<DropVariantInput>,
    /// What a turn leads to: with `auto`, the default, an order of the units that were asked for on
    /// joining; with `checkout` as many are held as a ticket may have, and the shopper chooses. A site is
    /// protected by `/v1/seller/sites` instead.
    #[serde(default = "auto")]
    fulfilment: Fulfilment,
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Friday drop")]
    title: String,
    /// Up to 5000 characters.
    #[serde(default)]
    #[schema(max_length = 5000)]
    description: String,
    /// When it opens; without it the drop stays a draft.
    opens_at: Option<Timestamp>,
    /// When it closes; without it the drop stays open until it is sold out.
    closes_at: Option<Timestamp>,
    /// Units that one ticket may ask for, from 1 to 1000; with `checkout`, those that are held for each.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1000, default = 1)]
    max_units_per_ticket: i32,
    /// Units that one customer may buy, from 1 to 100 000.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100_000, default = 1)]
    max_units_per_customer: i32,
    /// How long units are held for an unpaid order: enough for a slow payment, up to 86 400.
    #[serde(default = "five_minutes")]
    #[schema(minimum = 1, maximum = 86_400, default = 300)]
    hold_seconds: i32,
    /// How long somebody may not join again whose hold ran out unpaid: 0 for no time, up to 86 400.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86_400, default = 0)]
    cooldown_seconds: i32,
    /// Whether only those may join who your own site says are your members (`/v1/session/member`).
    #[serde(default)]
    members_only: bool,
    /// Whether only those may join who have one of the drop's codes.
    #[serde(default)]
    invite_only: bool,
    /// The lanes beside the normal one, which has the rest; up to three, together at most 90 percent.
    #[serde(default)]
    #[schema(max_items = 3)]
    lanes: Vec<LaneInput>,
    /// Whether those who are absent when it is their turn are passed over, and stand at their own place
    /// again once they are back. Not where your clients neither listen nor ask for their tickets.
    #[serde(default = "yes")]
    #[schema(default = true)]
    presence: bool,
    /// Tickets admitted per second, from 0.001 to 100 000.
    #[serde(default = "fifty")]
    #[schema(minimum = 0.001, maximum = 100_000, default = 50.0)]
    admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most; from 1 to 10 000 000.
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10_000_000, default = 1000)]
    occupancy_cap: u32,
    /// Orders processed per second, from 0.001 to 100 000.
    #[serde(default = "two_hundred")]
    #[schema(minimum = 0.001, maximum = 100_000, default = 200.0)]
    order_rate_per_second: f64,
    /// Up to how many percent `occupancy_cap` may be exceeded in place of those who were let in and never
    /// began to pay, from 0 to 30.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 30, default = 0)]
    no_show_percent: u8,
}

const fn auto() -> Fulfilment {
    Fulfilment::Auto
}

const fn yes() -> bool {
    true
}

const fn one() -> i32 {
    1
}

const fn five_minutes() -> i32 {
    300
}

pub(super) const fn fifty() -> f64 {
    50.0
}

pub(super) const fn thousand() -> u32 {
    1000
}

pub(super) const fn two_hundred() -> f64 {
    200.0
}

impl Validate for DropInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/title", &self.title, 200);
        faults.optional_text("/description", &self.description, 5000);
        drop_variants::check(&self.variants, &mut faults);
        if self.fulfilment == Fulfilment::Pass {
            faults.add("/fulfilment", "must be auto or checkout");
        }
        faults.within("/max_units_per_ticket", self.max_units_per_ticket, &(1..=1000));
        faults.within("/max_units_per_customer", self.max_units_per_customer, &(1..=100_000));
        if self.max_units_per_ticket > self.max_units_per_customer {
            faults.add("/max_units_per_ticket", "must not be above max_units_per_customer");
        }
        if self.max_units_per_ticket > self.most_units_for_one() {
            faults.add("/max_units_per_ticket", "must not be above the units of a variant");
        }
        lanes::check(&self.lanes, &mut faults);
        faults.within("/hold_seconds", self.hold_seconds, &HOLD_SECONDS);
        faults.within("/cooldown_seconds", self.cooldown_seconds, &COOLDOWN_SECONDS);
        faults.within("/admission_rate_per_second", self.admission_rate_per_second, &RATES);
        faults.within("/occupancy_cap", self.occupancy_cap, &OCCUPANCY_CAPS);
        faults.within("/order_rate_per_second", self.order_rate_per_second, &RATES);
        faults.within("/no_show_percent", self.no_show_percent, &NO_SHOW_PERCENT);
        if let (None, Some(_)) = (self.opens_at, self.closes_at) {
            faults.add("/closes_at", "needs opens_at");
        }
        faults
    }
}

impl DropInput {
    /// Returns how many units a ticket may have so that it can be let in. Where each takes as many as it may,
    /// the first would get all of a variant with fewer.
    fn most_units_for_one(&self) -> i32 {
        let units = self.variants.iter().map(|variant| variant.units);
        let most = if self.fulfilment.takes_most() { units.min() } else { units.max() };
        most.unwrap_or_default()
    }

    /// Returns what is wrong now and here: moments go by the clock, holds by the provider.
    fn faults_in(&self, app: &App) -> Faults {
        let mut faults = match self.opens_at {
            Some(opens_at) => check_window(opens_at, self.closes_at, app.now()),
            None => Faults::default(),
        };
        let shortest = app.settings.payments.shortest_hold_s();
        if u64::from(self.hold_seconds.cast_unsigned()) < shortest {
            let detail = format!(
                "must be at least {shortest}, as long as the payment provider may take to answer"
            );
            faults.add("/hold_seconds", detail);
        }
        faults
    }

    fn into_new(self, id: DropId, seller: CurrentSeller) -> NewDrop {
        NewDrop {
            id,
            seller_id: seller.id,
            product_id: self.product_id,
            variants: self.variants.into_iter().map(NewDropVariant::from).collect(),
            fulfilment: self.fulfilment,
            title: self.title,
            description: self.description,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            max_units_per_ticket: self.max_units_per_ticket,
            max_units_per_customer: self.max_units_per_customer,
            hold_seconds: self.hold_seconds,
            cooldown_seconds: self.cooldown_seconds,
            members_only: self.members_only,
            invite_only: self.invite_only,
            lanes: lanes::in_order(self.lanes),
            presence: self.presence,
            limits: Limits {
                admission_rate_per_second: self.admission_rate_per_second,
                occupancy_cap: self.occupancy_cap,
                order_rate_per_second: self.order_rate_per_second,
                // Theirs to set who run the installation.
                line_cap: None,
                no_show_percent: Some(self.no_show_percent).filter(|percent| *percent > 0),
            },
        }
    }
}

/// Creates a drop and takes its units out of the stock of its variants.
#[utoipa::path(post, path = "/v1/seller/drops", tag = "seller",
    security(("seller_key" = [])), request_body = DropInput,
    params(IdempotencyKey),
    responses((status = 201, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.drops.create", skip_all)]
pub(crate) async fn create(
    State(app): State<App>,
    seller: CurrentSeller,
    ResourceId(id): ResourceId,
    Body(input): Body<DropInput>,
) -> Result<(StatusCode, Json<SellerDropResponse>), ApiError> {
    let faults = input.faults_in(&app);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let new_drop = input.into_new(id.into(), seller);
    let limit = app.settings.kafka.partition_limit();
    database::selling::drops::create(
        &app.seller_pools.of(seller.id)?,
        &new_drop,
        limit,
        &seller.actor(),
    )
    .await?;
    tracing::info!(drop.id = %new_drop.id, "created drop {}", new_drop.id);
    Ok((StatusCode::CREATED, Json(drops::find(&app, seller, new_drop.id).await?)))
}
