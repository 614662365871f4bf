//! Whether a drop may admit, and whether it takes joins.

use super::limits::LimitsResponse;
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, IdempotencyKey},
    routes::{
        mode_input::{MaintenanceInput, ModeInput},
        moments::check_ahead,
    },
};
use axum::extract::State;
use database::selling::drops::{self, ModeChange};
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
    change(&app, drop_id, &operator, input.change(DropMode::Paused), &input.why).await
}

/// Holds everything for some minutes: nobody is admitted, and whoever would join is told to come back
/// then.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/hold", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.hold", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn hold(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<ModeInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    change(&app, drop_id, &operator, input.change(DropMode::Hold), &input.why).await
}

/// Drains the line: nobody else may join, and those in line are served.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/drain", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.drain", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn drain(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<ModeInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    change(&app, drop_id, &operator, input.change(DropMode::Drain), &input.why).await
}

/// Begins maintenance: neither joins nor admission. Pages say until when, if that is given; it goes on
/// when somebody resumes it, not before.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/maintenance", tag = "operator",
    security(("operator_key" = [])), request_body = MaintenanceInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.mode.maintenance", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn maintenance(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<MaintenanceInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    if let Some(until) = input.until {
        check_ahead("/until", until, app.now())?;
    }
    change(&app, drop_id, &operator, input.change(), &input.why).await
}

/// Resumes joins and admission, whatever mode the drop is in.
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
    change(&app, drop_id, &operator, input.change(DropMode::Running), &input.why).await
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
    change(&app, drop_id, &operator, input.change(DropMode::Stopped), &input.why).await
}

async fn change(
    app: &App,
    drop_id: DropId,
    operator: &CurrentOperator,
    change: ModeChange,
    why: &str,
) -> Result<Json<LimitsResponse>, ApiError> {
    let (mode, actor) = (change.mode, operator.actor());
    let limits = drops::change_mode(&app.pool, drop_id, change, &actor, why).await?;
    tracing::info!(drop.id = %drop_id, %mode, "drop {drop_id} is now {mode}");
    Ok(Json(limits.into()))
}
