//! The drops of all sellers.

use crate::{
    ApiError, App,
    extract::{CurrentOperator, Page, PageQuery, PageRequest},
    routes::seller::drops::SellerDropResponse,
};
use axum::extract::State;
use database::selling::drops::{self, DropFilter, FlashDrop};
use edge::{Json, Path, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use utoipa::{IntoParams, ToSchema};

/// Which drops are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DropsQuery {
    /// Only drops that are here in their life.
    state: Option<DropState>,
    /// Only drops of this seller.
    seller_id: Option<SellerId>,
    /// Rows on the page, at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// `next_cursor` of the previous page; the newest rows without it.
    cursor: Option<String>,
}

/// A drop, with what its seller and operators see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OperatorDropResponse {
    #[serde(flatten)]
    drop: SellerDropResponse,
    /// Goes up with each change of limits, mode, message or times.
    limits_version: i64,
}

impl OperatorDropResponse {
    fn new(flash_drop: FlashDrop, now: Timestamp) -> Self {
        let limits_version = flash_drop.limits_version;
        Self { drop: SellerDropResponse::new(flash_drop, now), limits_version }
    }
}

/// Lists the drops of all sellers, drafts included, newest first.
#[utoipa::path(get, path = "/v1/operator/drops", tag = "operator",
    security(("operator_key" = [])), params(DropsQuery),
    responses((status = 200, body = Page<OperatorDropResponse>), Problem))]
#[tracing::instrument(name = "handler.operator_drops.list", skip_all)]
pub(crate) async fn list(
    State(app): State<App>,
    _: CurrentOperator,
    Query(query): Query<DropsQuery>,
) -> Result<Json<Page<OperatorDropResponse>>, ApiError> {
    let page = PageRequest::new(&PageQuery { limit: query.limit, cursor: query.cursor })?;
    let filter = DropFilter { seller_id: query.seller_id, state: query.state };
    let rows = drops::list(&app.pool, filter, page.before, page.rows()).await?;
    let now = app.now();
    Ok(Json(page.page(rows, |row| row.id, |row| OperatorDropResponse::new(row, now))))
}

/// Shows a drop of any seller.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = OperatorDropResponse), Problem))]
#[tracing::instrument(name = "handler.operator_drops.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<OperatorDropResponse>, ApiError> {
    let flash_drop = find(&app, drop_id).await?;
    Ok(Json(OperatorDropResponse::new(flash_drop, app.now())))
}

/// Reads a drop of any seller as it is now.
pub(super) async fn find(app: &App, drop_id: DropId) -> Result<FlashDrop, ApiError> {
    drops::find(&app.pool, drop_id).await?.ok_or(ApiError::DropNotFound)
}
