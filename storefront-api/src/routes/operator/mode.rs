//! Whether a drop may admit.

use super::limits::LimitsResponse;
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, IdempotencyKey},
    routes::mode_input::ModeInput,
};
use axum::extract::State;
use database::selling::drops;
use edge::{Json, Path, Problem};
use shared::{drops::DropMode, ids::DropId};

/// Pauses admission. Everybody keeps their position, and shoppers may still join.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/pause", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.pause", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn pause(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<ModeInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    change(&app, drop_id, &operator, DropMode::Paused, &input).await
}

/// Resumes admission after a pause or an emergency stop.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/resume", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.resume", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn resume(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<ModeInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    change(&app, drop_id, &operator, DropMode::Running, &input).await
}

/// Stops joins and admission at once. Shoppers whose units are held may still pay.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/emergency-stop", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.emergency_stop", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn emergency_stop(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<ModeInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    change(&app, drop_id, &operator, DropMode::Stopped, &input).await
}

async fn change(
    app: &App,
    drop_id: DropId,
    operator: &CurrentOperator,
    mode: DropMode,
    input: &ModeInput,
) -> Result<Json<LimitsResponse>, ApiError> {
    let (change, actor) = (input.change(mode), operator.actor());
    let limits = drops::change_mode(&app.pool, drop_id, change, &actor, &input.why).await?;
    tracing::info!(drop.id = %drop_id, %mode, "drop {drop_id} is now {mode}");
    Ok(Json(limits.into()))
}
