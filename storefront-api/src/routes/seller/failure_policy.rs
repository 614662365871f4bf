//! What the gate of one's own site does while its line gives no answer.

use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller},
    routes::failure_policy::{FailurePolicyInput, FailurePolicyResponse},
};
use axum::extract::State;
use database::selling::{
    drops::{change_failure_policy, find_of_seller},
    passes,
};
use edge::{Json, Path, Problem};
use shared::ids::DropId;

/// Shows what the gate of a site does while its line gives no answer.
#[utoipa::path(get, path = "/v1/seller/drops/{drop_id}/failure-policy", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = FailurePolicyResponse), Problem))]
#[tracing::instrument(name = "handler.seller_failure_policy.show", skip_all,
    fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
) -> Result<Json<FailurePolicyResponse>, ApiError> {
    respond(&app, seller, drop_id).await
}

/// Changes what the gate of a site does while its line gives no answer, within about a second. `closed`
/// lets nobody in; with `hold` those inside stay until their time is over; with `open` so many a minute
/// come in without a line as well.
#[utoipa::path(put, path = "/v1/seller/drops/{drop_id}/failure-policy", tag = "seller",
    security(("seller_key" = [])), params(("drop_id" = DropId, Path)),
    request_body = FailurePolicyInput,
    responses((status = 200, body = FailurePolicyResponse), Problem))]
#[tracing::instrument(name = "handler.seller_failure_policy.change", skip_all,
    fields(drop.id = %drop_id))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<FailurePolicyInput>,
) -> Result<Json<FailurePolicyResponse>, ApiError> {
    let (pool, new, actor) = (app.seller_pools.of(seller.id)?, input.on_failure(), seller.actor());
    change_failure_policy(&pool, Some(seller.id), drop_id, new, &actor, &input.why).await?;
    respond(&app, seller, drop_id).await
}

async fn respond(
    app: &App,
    seller: CurrentSeller,
    drop_id: DropId,
) -> Result<Json<FailurePolicyResponse>, ApiError> {
    let pool = app.seller_pools.of(seller.id)?;
    let found = find_of_seller(&pool, seller.id, drop_id).await?;
    let on_failure = found.ok_or(ApiError::DropNotFound)?.on_failure;
    let let_through = passes::count_let_through(&pool, drop_id).await?;
    Ok(Json(FailurePolicyResponse::new(drop_id, on_failure, let_through)))
}
