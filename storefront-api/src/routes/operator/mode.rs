//! Whether a drop may admit.

use super::limits::LimitsResponse;
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, Validate},
};
use axum::extract::State;
use database::selling::drops::{self, ModeChange};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::{drops::DropMode, ids::DropId};
use utoipa::ToSchema;

/// Why the mode is changed, and what shoppers who wait are told.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModeInput {
    /// The reason, for the audit log; up to 500 characters.
    pub(in crate::routes) why: String,
    /// Shown to shoppers who wait, up to 500 characters; if left out, an earlier message goes.
    message: Option<String>,
}

impl Validate for ModeInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        if let Some(message) = &self.message {
            faults.text("/message", message, 500);
        }
        faults
    }
}

impl ModeInput {
    /// Returns the change to this mode.
    pub(in crate::routes) fn change(&self, mode: DropMode) -> ModeChange<'_> {
        ModeChange { mode, message: self.message.as_deref() }
    }
}

/// Pauses admission. Everybody keeps their position, and shoppers may still join.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/pause", tag = "operator",
    security(("operator_key" = [])), request_body = ModeInput,
    params(("drop_id" = DropId, Path), ("Idempotency-Key" = Option<String>, Header)),
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
    params(("drop_id" = DropId, Path), ("Idempotency-Key" = Option<String>, Header)),
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
    params(("drop_id" = DropId, Path), ("Idempotency-Key" = Option<String>, Header)),
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
