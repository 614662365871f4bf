//! A seller's drops.

use super::window::check_window;
use crate::{
    ApiError, App,
    extract::{
        Body, CurrentSeller, Faults, IdempotencyKey, Page, PageQuery, PageRequest, Validate,
    },
    routes::shopper::drops::DropResponse,
};
use axum::extract::State;
use database::selling::drops::{self, FlashDrop, Window};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{drops::FailurePolicy, ids::DropId};
use utoipa::ToSchema;

/// A drop, with what only its seller and operators see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SellerDropResponse {
    #[serde(flatten)]
    drop: DropResponse,
    /// Whether those who are absent when it is their turn are passed over.
    presence: bool,
    /// Tickets admitted per second.
    admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    occupancy_cap: u32,
    /// Orders processed per second.
    order_rate_per_second: f64,
    /// Tickets that may wait at one time, at most; null for as many as the setting for all drops
    /// allows.
    line_cap: Option<u32>,
    /// How long somebody may not join again whose hold ran out unpaid; 0 for no time.
    cooldown_seconds: i32,
    /// Where the site begins that it lets people into; left out if it sells units.
    #[serde(skip_serializing_if = "Option::is_none")]
    site_url: Option<String>,
    /// Further origins of that site; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    return_origins: Vec<String>,
    /// Visits that the site gives in all; null for no end of them. `units_left` and `units_held` tell of them.
    max_visits: Option<u32>,
    /// Whether the seller counts people in by hand; the admission rate says nothing then.
    manual: bool,
    /// What the gate of the site does while the line gives no answer.
    failure_policy: FailurePolicy,
    /// People who then come in per minute without a line, at most; null unless the policy is `open`.
    failure_per_minute: Option<u32>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

/// When a drop is open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleInput {
    /// Not in the past, and within ten years.
    opens_at: Timestamp,
    /// After `opens_at`; without it the drop stays open until it is sold out.
    closes_at: Option<Timestamp>,
}

/// Why a drop is cancelled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelInput {
    /// Shown to shoppers, up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

impl Validate for ScheduleInput {}

impl Validate for CancelInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/reason", &self.reason, 500);
        faults
    }
}

impl SellerDropResponse {
    /// Shows a drop as it is at `now`.
    pub(crate) fn new(flash_drop: FlashDrop, now: Timestamp) -> Self {
        let limits = flash_drop.limits;
        Self {
            presence: flash_drop.presence,
            site_url: flash_drop.site_url.clone(),
            return_origins: flash_drop.return_origins.clone(),
            max_visits: flash_drop.max_visits,
            manual: flash_drop.manual,
            failure_policy: flash_drop.on_failure.policy(),
            failure_per_minute: flash_drop.on_failure.per_minute(),
            admission_rate_per_second: limits.admission_rate_per_second,
            occupancy_cap: limits.occupancy_cap,
            order_rate_per_second: limits.order_rate_per_second,
            line_cap: limits.line_cap,
            cooldown_seconds: flash_drop.cooldown_seconds,
            created_at: flash_drop.created_at,
            ended_at: flash_drop.ended_at,
            drop: DropResponse::new(flash_drop, now),
        }
    }
}

/// Lists the seller's drops, drafts included, newest first.
#[utoipa::path(get, path = "/v1/seller/drops", tag = "seller",
    security(("seller_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<SellerDropResponse>), Problem))]
#[tracing::instrument(name = "handler.seller_drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    seller: CurrentSeller,
    page: PageRequest<DropId>,
) -> Result<Json<Page<SellerDropResponse>>, ApiError> {
    let rows = drops::list_of_seller(
        &app.seller_pools.of(seller.id)?,
        seller.id,
        page.before,
        page.rows(),
    )
    .await?;
    let now = app.now();
    Ok(Json(page.page(rows, |row| row.id, |row| SellerDropResponse::new(row, now))))
}

/// Shows a drop of the seller.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<SellerDropResponse>, ApiError> {
    Ok(Json(find(&app, seller, drop_id).await?))
}

/// Sets when a drop opens and closes; it must not be open yet.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/schedule", tag = "seller",
    security(("seller_key" = [])), request_body = ScheduleInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_drops.schedule", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn schedule(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<ScheduleInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let faults = check_window(input.opens_at, input.closes_at, app.now());
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let window = Window { opens_at: input.opens_at, closes_at: input.closes_at };
    let limit = app.settings.kafka.partition_limit();
    drops::schedule(
        &app.seller_pools.of(seller.id)?,
        seller.id,
        drop_id,
        window,
        limit,
        &seller.actor(),
    )
    .await?;
    Ok(Json(find(&app, seller, drop_id).await?))
}

/// Cancels a drop. Nobody else is admitted, holds are released, and money in flight is returned.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/cancel", tag = "seller",
    security(("seller_key" = [])), request_body = CancelInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_drops.cancel", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<CancelInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let actor = seller.actor();
    drops::cancel(&app.seller_pools.of(seller.id)?, seller.id, drop_id, &input.reason, &actor)
        .await?;
    tracing::info!(drop.id = %drop_id, "cancelled drop {drop_id}");
    Ok(Json(find(&app, seller, drop_id).await?))
}

/// Reads a drop of the seller as it is now.
pub(crate) async fn find(
    app: &App,
    seller: CurrentSeller,
    drop_id: DropId,
) -> Result<SellerDropResponse, ApiError> {
    let found = drops::find_of_seller(&app.seller_pools.of(seller.id)?, seller.id, drop_id).await?;
    Ok(SellerDropResponse::new(found.ok_or(ApiError::DropNotFound)?, app.now()))
}

/// Fails unless the seller has this drop.
pub(super) async fn ensure_own(
    app: &App,
    seller: CurrentSeller,
    drop_id: DropId,
) -> Result<(), ApiError> {
    let found = drops::find_of_seller(&app.seller_pools.of(seller.id)?, seller.id, drop_id).await?;
    found.map(|_| ()).ok_or(ApiError::DropNotFound)
}
