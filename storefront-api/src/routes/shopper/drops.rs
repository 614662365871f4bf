//! Drops as shoppers see them.

use crate::{
    ApiError, App,
    extract::{Page, PageQuery, PageRequest},
};
use axum::extract::State;
use database::selling::drops::{self, FlashDrop};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::ids::DropId;
use utoipa::ToSchema;
use uuid::Uuid;

/// A flash drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DropResponse {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// Words about it.
    pub description: String,
    /// `draft` (its seller only), `scheduled`, `open`, `sold_out`, `closed` or `cancelled`.
    #[schema(example = "open")]
    pub state: &'static str,
    /// `running`, `paused` or `stopped`.
    #[schema(example = "running")]
    pub mode: &'static str,
    /// When it opens.
    pub opens_at: Option<Timestamp>,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// The time here, for countdowns.
    pub server_time: Timestamp,
    /// Units of one ticket, at most.
    pub max_units_per_ticket: i32,
    /// Units of one customer, at most.
    pub max_units_per_customer: i32,
    /// How long units are held for an order.
    pub hold_seconds: i32,
    /// What is sold.
    pub variant: VariantSummary,
    /// The product.
    pub product: Named,
    /// Who sells it.
    pub seller: Named,
    /// Units given to the drop.
    pub units_total: i32,
    /// Units that are free.
    pub units_left: i32,
    /// The operator's words for those who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
}

/// What is sold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VariantSummary {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Price of one, minor units.
    pub price_minor: i64,
    /// ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// Something with a name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

impl DropResponse {
    /// Shows a drop as it is at `now`.
    #[must_use]
    pub fn new(flash_drop: FlashDrop, now: Timestamp) -> Self {
        Self {
            id: flash_drop.id.as_uuid(),
            title: flash_drop.title,
            description: flash_drop.description,
            state: flash_drop.state.as_str(),
            mode: flash_drop.mode.as_str(),
            opens_at: flash_drop.opens_at,
            closes_at: flash_drop.closes_at,
            server_time: now,
            max_units_per_ticket: flash_drop.max_units_per_ticket,
            max_units_per_customer: flash_drop.max_units_per_customer,
            hold_seconds: flash_drop.hold_seconds,
            variant: VariantSummary {
                id: flash_drop.variant.id.as_uuid(),
                name: flash_drop.variant.name,
                price_minor: flash_drop.variant.price_minor,
                currency: flash_drop.variant.currency,
            },
            product: Named { id: flash_drop.product_id.as_uuid(), name: flash_drop.product_name },
            seller: Named { id: flash_drop.seller_id.as_uuid(), name: flash_drop.seller_name },
            units_total: flash_drop.units_total,
            units_left: flash_drop.units_available,
            message: flash_drop.message,
            end_reason: flash_drop.end_reason,
        }
    }
}

/// Lists drops, newest first; drafts are their sellers' business.
#[utoipa::path(get, path = "/v1/drops", tag = "shopper", params(PageQuery),
    responses((status = 200, body = Page<DropResponse>),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    page: PageRequest<Uuid>,
) -> Result<Json<Page<DropResponse>>, ApiError> {
    let rows = drops::list_public(&app.pool, page.before, page.rows()).await?;
    let now = app.now();
    let key = |row: &FlashDrop| row.id.to_string();
    Ok(Json(page.page(rows, key, |row| DropResponse::new(row, now))))
}

/// Shows a drop.
#[utoipa::path(get, path = "/v1/drops/{drop_id}", tag = "shopper",
    params(("drop_id" = Uuid, Path)),
    responses((status = 200, body = DropResponse),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
) -> Result<Json<DropResponse>, ApiError> {
    let found = drops::find_public(&app.pool, drop_id).await?;
    let flash_drop = found.ok_or(ApiError::DropNotFound)?;
    Ok(Json(DropResponse::new(flash_drop, app.now())))
}
