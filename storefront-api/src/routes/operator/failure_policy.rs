//! What the gate of any site does while its line gives no answer.

use super::drops;
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator},
    routes::failure_policy::{FailurePolicyInput, FailurePolicyResponse},
};
use axum::extract::State;
use database::selling::{drops::change_failure_policy, passes};
use edge::{Json, Path, Problem};
use shared::ids::DropId;

/// Shows what the gate of a site does while its line gives no answer.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/failure-policy", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = FailurePolicyResponse), Problem))]
#[tracing::instrument(name = "handler.failure_policy.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<FailurePolicyResponse>, ApiError> {
    respond(&app, drop_id).await
}

/// Changes what the gate of a site does while its line gives no answer, within about a second. `closed`
/// lets nobody in; with `hold` those inside stay until their time is over; with `open` so many a minute
/// come in without a line as well.
#[utoipa::path(put, path = "/v1/operator/drops/{drop_id}/failure-policy", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    request_body = FailurePolicyInput,
    responses((status = 200, body = FailurePolicyResponse), Problem))]
#[tracing::instrument(name = "handler.failure_policy.change", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<FailurePolicyInput>,
) -> Result<Json<FailurePolicyResponse>, ApiError> {
    let (new, actor) = (input.on_failure(), operator.actor());
    change_failure_policy(&app.pool, None, drop_id, new, &actor, &input.why).await?;
    respond(&app, drop_id).await
}

async fn respond(app: &App, drop_id: DropId) -> Result<Json<FailurePolicyResponse>, ApiError> {
    let on_failure = drops::find(app, drop_id).await?.on_failure;
    let let_through = passes::count_let_through(&app.pool, drop_id).await?;
    Ok(Json(FailurePolicyResponse::new(drop_id, on_failure, let_through)))
}
