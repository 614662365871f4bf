//! Drops as shoppers see them.

use crate::{
    ApiError, App,
    extract::{Page, PageQuery, PageRequest},
    routes::picture::PictureResponse,
};
use axum::extract::State;
use database::selling::drops::{DropLane, DropVariant, FlashDrop};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::{DropMode, DropState, Fulfilment},
    ids::{DropId, ProductId, SellerId, VariantId},
    line::{Lane, LaneShare},
};
use std::iter;
use utoipa::ToSchema;

/// A drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DropResponse {
    id: DropId,
    title: String,
    description: String,
    /// Its own, or else that of its product; null if there is neither.
    picture: Option<PictureResponse>,
    /// Where it is in its life; only its seller sees a draft.
    state: DropState,
    /// What its seller or an operator lets it do.
    mode: DropMode,
    /// When maintenance is said to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode_until: Option<Timestamp>,
    /// What a turn leads to: with `auto` an order of the units that were asked for; with `checkout` as
    /// many are held as a ticket may have, and the shopper chooses; with `pass` a visit to a site, and
    /// there are no units.
    fulfilment: Fulfilment,
    /// The host of the site that it lets people into; left out if it sells units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "shop.example")]
    site_name: Option<String>,
    /// Null for a draft.
    opens_at: Option<Timestamp>,
    /// Null if it stays open until it is sold out.
    closes_at: Option<Timestamp>,
    /// The server's clock, for countdowns.
    server_time: Timestamp,
    /// Units that one ticket may ask for, or that are held for each.
    max_units_per_ticket: i32,
    /// Units that one customer may buy.
    max_units_per_customer: i32,
    /// How long units are held for an order until it is paid, or how long a visit may last.
    hold_seconds: i32,
    /// Whether only the seller's members may join.
    members_only: bool,
    /// Whether only those may join who have a code.
    invite_only: bool,
    /// The lanes of the line with their shares, the normal one first; left out when it is the only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lanes: Vec<LaneSummary>,
    /// What is sold; the one of a site has neither price nor units.
    variants: Vec<VariantSummary>,
    product: ProductSummary,
    seller: SellerSummary,
    /// Units given to the drop, of all variants, those included that were not sold when it ended.
    units_total: i64,
    /// Units that are neither held nor sold.
    units_left: i64,
    /// Units held for orders that are not over; they may come back.
    units_held: i64,
    /// The seller's or an operator's message to shoppers who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<DropMessage>,
    /// Why it ended: `closed`, `sold_out`, or the seller's reason if it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_reason: Option<String>,
}

/// A lane of the line. What one does not use goes to the others.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct LaneSummary {
    /// 0 is the normal lane, which everybody may join; a code opens the others.
    lane: u8,
    /// Null for the normal one.
    name: Option<String>,
    /// Of 100 people who are let in while all lanes have some, so many come from this one.
    share_percent: u8,
}

/// A variant that a drop sells.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct VariantSummary {
    id: VariantId,
    name: String,
    /// Price of one unit, in minor units.
    price_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    currency: String,
    /// Units of it that were given to the drop; this and the others are left out of a site's.
    #[serde(skip_serializing_if = "Option::is_none")]
    units_total: Option<i32>,
    /// Those that are neither held nor sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    units_left: Option<i32>,
    /// Those that are held for orders that are not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    units_held: Option<i32>,
}

/// The product of a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ProductSummary {
    id: ProductId,
    name: String,
}

/// Who sells a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct SellerSummary {
    id: SellerId,
    name: String,
}

impl VariantSummary {
    fn new(variant: DropVariant, has_stock: bool) -> Self {
        let told = |units: i32| has_stock.then_some(units);
        Self {
            id: variant.id,
            name: variant.name,
            price_minor: variant.price_minor,
            currency: variant.currency,
            units_total: told(variant.units_offered),
            units_left: told(variant.units_available),
            units_held: told(variant.units_reserved),
        }
    }
}

impl LaneSummary {
    fn all(beside: Vec<DropLane>) -> Vec<Self> {
        if beside.is_empty() {
            return Vec::new();
        }
        let shares: Vec<LaneShare> = beside.iter().map(|one| one.share).collect();
        let percent = LaneShare::left_of(&shares);
        let normal = Self { lane: Lane::NORMAL.0, name: None, share_percent: percent };
        let others = beside.into_iter().map(|one| {
            let LaneShare { lane, percent } = one.share;
            Self { lane: lane.0, name: Some(one.name), share_percent: percent }
        });
        iter::once(normal).chain(others).collect()
    }
}

impl DropResponse {
    /// Shows a drop as it is at `now`.
    pub(crate) fn new(flash_drop: FlashDrop, now: Timestamp) -> Self {
        let site = flash_drop.site();
        let (fulfilment, has_stock) = (flash_drop.fulfilment, flash_drop.has_stock());
        let units_total = flash_drop.units_offered();
        let units_left = flash_drop.units_available();
        let units_held = flash_drop.units_reserved();
        let variants = flash_drop.variants.into_iter();
        Self {
            id: flash_drop.id,
            title: flash_drop.title,
            description: flash_drop.description,
            picture: flash_drop.picture.map(PictureResponse::from),
            state: flash_drop.state,
            mode: flash_drop.mode,
            mode_until: flash_drop.mode_until,
            fulfilment,
            site_name: site.map(|site| site.name().to_owned()),
            opens_at: flash_drop.opens_at,
            closes_at: flash_drop.closes_at,
            server_time: now,
            max_units_per_ticket: flash_drop.max_units_per_ticket,
            max_units_per_customer: flash_drop.max_units_per_customer,
            hold_seconds: flash_drop.hold_seconds,
            members_only: flash_drop.members_only,
            invite_only: flash_drop.invite_only,
            lanes: LaneSummary::all(flash_drop.lanes),
            variants: variants.map(|variant| VariantSummary::new(variant, has_stock)).collect(),
            product: ProductSummary { id: flash_drop.product_id, name: flash_drop.product_name },
            seller: SellerSummary { id: flash_drop.seller_id, name: flash_drop.seller_name },
            units_total,
            units_left,
            units_held,
            message: flash_drop.message,
            end_reason: flash_drop.end_reason,
        }
    }
}

/// Lists drops, newest first, without drafts. The answer may be a second old.
#[utoipa::path(get, path = "/v1/drops", tag = "shopper", params(PageQuery),
    responses((status = 200, body = Page<DropResponse>), Problem))]
#[tracing::instrument(name = "handler.drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    page: PageRequest<DropId>,
) -> Result<Json<Page<DropResponse>>, ApiError> {
    let rows = app.public_reads.list_drops(page.before, page.rows()).await?;
    let now = app.now();
    Ok(Json(page.page(rows.to_vec(), |row| row.id, |row| DropResponse::new(row, now))))
}
