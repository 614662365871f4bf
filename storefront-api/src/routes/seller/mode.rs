//! Pausing one's own drop.

use super::drops::{self, SellerDropResponse};
use crate::{
    ApiError, App,
    extract::{Body, CurrentSeller, IdempotencyKey},
    routes::mode_input::ModeInput,
};
use axum::extract::State;
use database::selling::drops::change_mode_of_seller;
use edge::{Json, Path, Problem};
use shared::{drops::DropMode, ids::DropId};

/// Pauses admission. Everybody keeps their position, and shoppers may still join.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/pause", tag = "seller",
    security(("seller_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_mode.pause", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn pause(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<ModeInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    change(&app, drop_id, seller, DropMode::Paused, &input).await
}

/// Resumes admission after a pause of one's own; what an operator has paused or stopped stays so.
#[utoipa::path(post, path = "/v1/seller/drops/{drop_id}/resume", tag = "seller",
    security(("seller_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = SellerDropResponse), Problem))]
#[tracing::instrument(name = "handler.seller_mode.resume", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn resume(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    seller: CurrentSeller,
    Body(input): Body<ModeInput>,
) -> Result<Json<SellerDropResponse>, ApiError> {
    change(&app, drop_id, seller, DropMode::Running, &input).await
}

async fn change(
    app: &App,
    drop_id: DropId,
    seller: CurrentSeller,
    mode: DropMode,
    input: &ModeInput,
) -> Result<Json<SellerDropResponse>, ApiError> {
    let (change, actor) = (input.change(mode), seller.actor());
    change_mode_of_seller(
        &app.seller_pools.of(seller.id)?,
        seller.id,
        drop_id,
        change,
        &actor,
        &input.why,
    )
    .await?;
    tracing::info!(drop.id = %drop_id, %mode, "drop {drop_id} is now {mode}");
    Ok(Json(drops::find(app, seller, drop_id).await?))
}
