//! Changing the limits of a drop at once.

use super::{
    new_limits::{self, line_cap},
    show::LimitsResponse,
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, Validate},
};
use axum::extract::State;
use database::selling::drops::{self, LimitsChange, NewLineCap};
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::ids::DropId;
use utoipa::ToSchema;

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
    /// Tickets that may wait at one time, at most, from 1 to 10 000 000; null for as many as the setting
    /// for all drops allows.
    #[serde(default, deserialize_with = "line_cap")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 10_000_000)]
    line_cap: Option<NewLineCap>,
    /// Up to how many percent the occupancy may be above its cap in place of those who were let in and
    /// never began to pay; from 0 to 30.
    #[schema(minimum = 0, maximum = 30)]
    no_show_percent: Option<u8>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for LimitsInput {
    fn faults(&self) -> Faults {
        let mut faults = new_limits::faults(self.change());
        faults.text("/why", &self.why, 500);
        faults
    }
}

impl LimitsInput {
    const fn change(&self) -> LimitsChange {
        LimitsChange {
            admission_rate_per_second: self.admission_rate_per_second,
            occupancy_cap: self.occupancy_cap,
            order_rate_per_second: self.order_rate_per_second,
            line_cap: self.line_cap,
            no_show_percent: self.no_show_percent,
        }
    }
}

/// Changes the limits of a drop; an open drop takes them over while it runs. A plan for them ends.
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
