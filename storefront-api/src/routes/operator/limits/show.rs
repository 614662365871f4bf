//! The limits of a drop as they are.

use crate::{ApiError, App, extract::CurrentOperator};
use axum::extract::State;
use database::selling::drops::{self, DropLimits};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::{DropMode, DropState, Limits},
    ids::DropId,
};
use utoipa::ToSchema;

/// Limits and mode of a drop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsResponse {
    drop_id: DropId,
    state: DropState,
    mode: DropMode,
    /// When maintenance is said to end; it ends when an operator resumes.
    mode_until: Option<Timestamp>,
    /// Shown to shoppers who wait.
    message: Option<DropMessage>,
    #[serde(flatten)]
    limits: LimitValues,
    /// Goes up with each change.
    limits_version: i64,
}

/// How fast a drop goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct LimitValues {
    /// Tickets admitted per second.
    admission_rate_per_second: f64,
    /// Tickets admitted and not finished, at most.
    occupancy_cap: u32,
    /// Orders processed per second.
    order_rate_per_second: f64,
    /// Tickets that may wait at one time, at most; null for as many as the setting for all drops
    /// allows.
    line_cap: Option<u32>,
    /// Up to how many percent the occupancy may be above its cap in place of those who never began to
    /// pay; 0 for none.
    no_show_percent: u8,
}

impl From<Limits> for LimitValues {
    fn from(limits: Limits) -> Self {
        Self {
            admission_rate_per_second: limits.admission_rate_per_second,
            occupancy_cap: limits.occupancy_cap,
            order_rate_per_second: limits.order_rate_per_second,
            line_cap: limits.line_cap,
            no_show_percent: limits.no_show_percent.unwrap_or_default(),
        }
    }
}

impl From<DropLimits> for LimitsResponse {
    fn from(limits: DropLimits) -> Self {
        Self {
            drop_id: limits.drop_id,
            state: limits.state,
            mode: limits.mode,
            mode_until: limits.mode_until,
            message: limits.message,
            limits: limits.limits.into(),
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
