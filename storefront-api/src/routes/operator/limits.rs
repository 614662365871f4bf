//! How fast a drop admits and processes, and at what occupancy.

use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, Validate},
    routes::ranges::{OCCUPANCY_CAPS, RATES},
};
use axum::extract::State;
use database::selling::drops::{self, DropLimits, LimitsChange};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::{
    drops::{DropMode, DropState},
    ids::DropId,
};
use utoipa::ToSchema;

/// Limits and mode of a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsResponse {
    drop_id: DropId,
    state: DropState,
    mode: DropMode,
    /// Shown to shoppers who wait.
    message: Option<String>,
    /// Tickets admitted per second.
    admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    occupancy_cap: u32,
    /// Orders processed per second.
    order_rate_per_second: f64,
    /// Goes up with each change.
    limits_version: i64,
}

/// New limits; a limit that is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsInput {
    /// Tickets admitted per second, from 0.001 to 100 000.
    #[schema(minimum = 0.001, maximum = 100_000)]
    admission_rate_per_second: Option<f64>,
    /// Tickets admitted and not finished, at most; from 1 to 10 000 000.
    #[schema(minimum = 1, maximum = 10_000_000)]
    occupancy_cap: Option<u32>,
    /// Orders processed per second, from 0.001 to 100 000.
    #[schema(minimum = 0.001, maximum = 100_000)]
    order_rate_per_second: Option<f64>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for LimitsInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        if let Some(rate) = self.admission_rate_per_second {
            faults.within("/admission_rate_per_second", rate, &RATES);
        }
        if let Some(cap) = self.occupancy_cap {
            faults.within("/occupancy_cap", cap, &OCCUPANCY_CAPS);
        }
        if let Some(rate) = self.order_rate_per_second {
            faults.within("/order_rate_per_second", rate, &RATES);
        }
        if self.change().is_empty() {
            faults.add("", "must change at least one limit");
        }
        faults
    }
}

impl LimitsInput {
    const fn change(&self) -> LimitsChange {
        LimitsChange {
            admission_rate_per_second: self.admission_rate_per_second,
            occupancy_cap: self.occupancy_cap,
            order_rate_per_second: self.order_rate_per_second,
        }
    }
}

impl From<DropLimits> for LimitsResponse {
    fn from(limits: DropLimits) -> Self {
        Self {
            drop_id: limits.drop_id,
            state: limits.state,
            mode: limits.mode,
            message: limits.message,
            admission_rate_per_second: limits.limits.admission_rate_per_second,
            occupancy_cap: limits.limits.occupancy_cap,
            order_rate_per_second: limits.limits.order_rate_per_second,
            limits_version: limits.version,
        }
    }
}

/// Shows the limits and the mode of a drop.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/limits", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.limits.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<LimitsResponse>, ApiError> {
    let limits = drops::find_limits(&app.pool, drop_id).await?;
    Ok(Json(limits.ok_or(ApiError::DropNotFound)?.into()))
}

/// Changes the limits of a drop; an open drop takes them over while it runs.
#[utoipa::path(patch, path = "/v1/operator/drops/{drop_id}/limits", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    request_body = LimitsInput, responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.limits.change", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<LimitsInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    let (change, actor) = (input.change(), operator.actor());
    let limits = drops::change_limits(&app.pool, drop_id, change, &actor, &input.why).await?;
    tracing::info!(drop.id = %drop_id, version = limits.version,
        "drop {drop_id} now has the limits {}", limits.limits);
    Ok(Json(limits.into()))
}
