//! Live numbers of any drop.

use super::drops;
use crate::{
    ApiError, App,
    extract::CurrentOperator,
    routes::seller::numbers::{self, NumbersResponse},
};
use axum::extract::State;
use edge::{Json, Path, Problem};
use shared::ids::DropId;

/// Shows how a drop of any seller is doing.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/numbers", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = NumbersResponse), Problem))]
#[tracing::instrument(name = "handler.operator_numbers.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<NumbersResponse>, ApiError> {
    let flash_drop = drops::find(&app, drop_id).await?;
    Ok(Json(numbers::read(&app, &flash_drop).await?))
}
