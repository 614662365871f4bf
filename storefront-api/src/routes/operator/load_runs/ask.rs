//! Asking for a crowd, and calling it off.

use super::{
    ensure_allowed,
    show::{LoadRunResponse, find},
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, IdempotencyKey, ResourceId, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::load_runs::{self, NewLoadRun};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::{ids::LoadRunId, load_lab::LoadPreset};
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// How many people and units a run may have.
const SIZES: RangeInclusive<i32> = 1..=20_000;

/// A crowd to ask for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoadRunInput {
    /// What the crowd does.
    preset: LoadPreset,
    /// People, for each drop of the run.
    #[schema(minimum = 1, maximum = 20_000)]
    shoppers: i32,
    /// Units that each drop has, or people who may be inside at once before a site.
    #[schema(minimum = 1, maximum = 20_000)]
    units: i32,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// Why a run is called off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelLoadRunInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for LoadRunInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.within("/shoppers", self.shoppers, &SIZES);
        faults.within("/units", self.units, &SIZES);
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl Validate for CancelLoadRunInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

/// Asks for a crowd. An agent that runs beside the services takes it, makes drops for it, and sends the
/// crowd through these and no others. One run waits or is under way at a time.
#[utoipa::path(post, path = "/v1/operator/load-runs", tag = "operator",
    security(("operator_key" = [])), request_body = LoadRunInput, params(IdempotencyKey),
    responses((status = 201, body = LoadRunResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.ask", skip_all)]
pub(crate) async fn ask(
    State(app): State<App>,
    ResourceId(id): ResourceId,
    operator: CurrentOperator,
    Body(input): Body<LoadRunInput>,
) -> Result<(StatusCode, Json<LoadRunResponse>), ApiError> {
    ensure_allowed(&app)?;
    let LoadRunInput { preset, shoppers, units, why } = input;
    let run = NewLoadRun { id: LoadRunId::from_uuid(id), preset, shoppers, units };
    load_runs::ask(&app.pool, run, &operator.actor(), &why).await?;
    tracing::info!(load_run.id = %run.id, "asked for a crowd: {preset}, {shoppers} people");
    Ok((StatusCode::CREATED, Json(find(&app, run.id).await?)))
}

/// Calls a run off. Its agent stops the crowd within seconds, and cancels the drops that it made.
#[utoipa::path(post, path = "/v1/operator/load-runs/{load_run_id}/cancel", tag = "operator",
    security(("operator_key" = [])), request_body = CancelLoadRunInput,
    params(("load_run_id" = LoadRunId, Path), IdempotencyKey),
    responses((status = 200, body = LoadRunResponse), Problem))]
#[tracing::instrument(name = "handler.load_runs.cancel", skip_all, fields(load_run.id = %load_run_id))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(load_run_id): Path<LoadRunId>,
    operator: CurrentOperator,
    Body(input): Body<CancelLoadRunInput>,
) -> Result<Json<LoadRunResponse>, ApiError> {
    load_runs::cancel(&app.pool, load_run_id, &operator.actor(), &input.why).await?;
    Ok(Json(find(&app, load_run_id).await?))
}
