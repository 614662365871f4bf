//! How fast a drop goes.

use crate::{
    ApiError, App,
    extract::{Body, Faults, Operator, Validate},
    routes::seller::create_drop::{CAPS, RATES},
};
use axum::extract::State;
use database::selling::drops::{self, DropLimits, LimitsChange};
use edge::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use shared::ids::DropId;
use utoipa::ToSchema;
use uuid::Uuid;

/// Limits and mode of a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LimitsResponse {
    /// The drop.
    pub drop_id: Uuid,
    /// Where it is in its life.
    pub state: &'static str,
    /// `running`, `paused` or `stopped`.
    pub mode: &'static str,
    /// The words for those who wait.
    pub message: Option<String>,
    /// Tickets let in per second.
    pub admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: u32,
    /// Orders processed per second.
    pub order_rate_per_second: f64,
    /// Raised with each change.
    pub limits_version: i64,
}

/// New limits; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsInput {
    /// Tickets let in per second; fractions are allowed.
    pub admission_rate_per_second: Option<f64>,
    /// Tickets admitted and not finished, at most.
    pub occupancy_cap: Option<u32>,
    /// Orders processed per second.
    pub order_rate_per_second: Option<f64>,
    /// The reason, for the audit log.
    pub why: String,
}

impl Validate for LimitsInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        if let Some(rate) = self.admission_rate_per_second {
            faults.within("/admission_rate_per_second", rate, &RATES);
        }
        if let Some(cap) = self.occupancy_cap {
            faults.within("/occupancy_cap", cap, &CAPS);
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
            drop_id: limits.drop_id.as_uuid(),
            state: limits.state.as_str(),
            mode: limits.mode.as_str(),
            message: limits.message,
            admission_rate_per_second: limits.limits.admission_rate_per_second,
            occupancy_cap: limits.limits.occupancy_cap,
            order_rate_per_second: limits.limits.order_rate_per_second,
            limits_version: limits.version,
        }
    }
}

/// Shows limits and mode of a drop.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/limits", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = Uuid, Path)),
    responses((status = 200, body = LimitsResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.limits.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: Operator,
) -> Result<Json<LimitsResponse>, ApiError> {
    let limits = drops::find_limits(&app.pool, drop_id).await?;
    Ok(Json(limits.ok_or(ApiError::DropNotFound)?.into()))
}

/// Changes limits of a drop while it runs.
#[utoipa::path(patch, path = "/v1/operator/drops/{drop_id}/limits", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = Uuid, Path)), request_body = LimitsInput,
    responses((status = 200, body = LimitsResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.limits.change", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: Operator,
    Body(input): Body<LimitsInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    let (change, actor) = (input.change(), operator.actor());
    let limits = drops::change_limits(&app.pool, drop_id, change, &actor, &input.why).await?;
    tracing::info!(drop.id = %drop_id, version = limits.version,
        "drop {drop_id} has the limits {}", limits.limits);
    Ok(Json(limits.into()))
}
