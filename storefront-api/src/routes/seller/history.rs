//! How one's own drop has done.

use super::drops;
use crate::{
    ApiError, App,
    extract::CurrentSeller,
    routes::history::{self, HistoryQuery, HistoryResponse},
};
use axum::extract::State;
use edge::{Json, Path, Problem, Query};
use shared::ids::DropId;

/// Shows how a drop has done, for charts: kept for 30 days, each second of the last hour, then every ten
/// seconds for a day, then every minute.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/history", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path), HistoryQuery),
    responses((status = 200, body = HistoryResponse), Problem))]
#[tracing::instrument(name = "handler.history.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HistoryResponse>, ApiError> {
    drops::ensure_own(&app, seller, drop_id).await?;
    let pool = app.seller_pools.of(seller.id)?;
    Ok(Json(history::read(&app, &pool, drop_id, &query).await?))
}
