//! A seller's drops.

use super::window::check_window;
use crate::{
    ApiError, App,
    extract::{Body, Faults, Page, PageQuery, PageRequest, Seller, Validate},
    routes::shopper::drops::DropResponse,
};
use axum::extract::State;
use database::selling::drops::{self, FlashDrop, Window};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::DropId;
use utoipa::ToSchema;
use uuid::Uuid;

/// A drop with what only its seller sees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SellerDropResponse {
    /// What everybody sees.
    #[serde(flatten)]
    pub drop: DropResponse,
    /// Tickets let in per second.
    pub admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: u32,
    /// Orders processed per second.
    pub order_rate_per_second: f64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// When a drop is open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleInput {
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes; a drop without goes on until it is sold out.
    pub closes_at: Option<Timestamp>,
}

/// Why a drop is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelInput {
    /// Shown to shoppers, up to 500 characters.
    pub reason: String,
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
    #[must_use]
    pub fn new(flash_drop: FlashDrop, now: Timestamp) -> Self {
        let limits = flash_drop.limits;
        Self {
            admission_rate_per_second: limits.admission_rate_per_second,
            occupancy_cap: limits.occupancy_cap,
            order_rate_per_second: limits.order_rate_per_second,
            created_at: flash_drop.created_at,
            ended_at: flash_drop.ended_at,
            drop: DropResponse::new(flash_drop, now),
        }
    }
}

/// Lists the seller's drops, newest first, drafts too.
#[utoipa::path(get, path = "/v1/seller/drops", tag = "seller",
    security(("seller_key" = [])), params(PageQuery),
    responses((status = 200, body = Page<SellerDropResponse>),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.seller_drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    seller: Seller,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<SellerDropResponse>>, ApiError> {
    let rows = drops::list_of_seller(&app.pool, seller.seller_id, page.before, page.rows()).await?;
    let now = app.now();
    let key = |row: &FlashDrop| row.id.to_string();
    Ok(Json(page.page(rows, key, |row| SellerDropResponse::new(row, now))))
}

/// Shows a drop of the seller.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = Uuid, Path)),
    responses((status = 200, body = SellerDropResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.seller_drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: Seller,
) -> Result<Json<SellerDropResponse>, ApiError> {
    Ok(Json(find(&app, &seller, drop_id).await?))
}

/// Gives a drop that is not open yet its times.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/schedule", tag = "seller",
    security(("seller_key" = [])), request_body = ScheduleInput,
    params(("drop_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = SellerDropResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.seller_drops.schedule", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn schedule(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: Seller,
    Body(input): Body<ScheduleInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let faults = check_window(input.opens_at, input.closes_at, app.now());
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let window = Window { opens_at: input.opens_at, closes_at: input.closes_at };
    drops::schedule(&app.pool, seller.seller_id, drop_id, window, &seller.actor()).await?;
    Ok(Json(find(&app, &seller, drop_id).await?))
}

/// Takes a drop back. Nobody is let in any more; holds are released, money in flight is returned.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/cancel", tag = "seller",
    security(("seller_key" = [])), request_body = CancelInput,
    params(("drop_id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = SellerDropResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.seller_drops.cancel", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: Seller,
    Body(input): Body<CancelInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let actor = seller.actor();
    drops::cancel(&app.pool, seller.seller_id, drop_id, &input.reason, &actor).await?;
    tracing::info!(drop.id = %drop_id, "cancelled drop {drop_id}");
    Ok(Json(find(&app, &seller, drop_id).await?))
}

/// Finds a drop of the seller as it is now.
pub(super) async fn find(
    app: &App,
    seller: &Seller,
    drop_id: DropId,
) -> Result<SellerDropResponse, ApiError> {
    let found = drops::find_of_seller(&app.pool, seller.seller_id, drop_id).await?;
    Ok(SellerDropResponse::new(found.ok_or(ApiError::DropNotFound)?, app.now()))
}
