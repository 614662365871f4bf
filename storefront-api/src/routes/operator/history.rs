//! How any drop has done.

use super::drops;
use crate::{
    ApiError, App,
    extract::CurrentOperator,
    routes::history::{self, HistoryQuery, HistoryResponse},
};
use axum::extract::State;
use edge::{Json, Path, Problem, Query};
use shared::ids::DropId;

/// Shows how a drop of any seller has done, for charts: kept for 30 days, each second of the last hour,
/// then every ten seconds for a day, then every minute.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/history", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path), HistoryQuery),
    responses((status = 200, body = HistoryResponse), Problem))]
#[tracing::instrument(name = "handler.operator_history.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HistoryResponse>, ApiError> {
    drops::find(&app, drop_id).await?;
    Ok(Json(history::read(&app, &app.pool, drop_id, &query).await?))
}
