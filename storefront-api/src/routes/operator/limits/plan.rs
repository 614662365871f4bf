//! A change of limits that is to come at a time, slowly, or both.

use super::{
    new_limits::{self, line_cap},
    show::{LimitValues, LimitsResponse},
};
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, IdempotencyKey, Validate},
    routes::moments::check_ahead,
};
use axum::extract::State;
use database::selling::drops::{self, LimitPlan, LimitsChange, NewLimitPlan, NewLineCap};
use edge::{Json, Path, Problem, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::ids::DropId;
use std::ops::RangeInclusive;
use utoipa::{IntoParams, ToSchema};

/// Seconds of a ramp: up to a day.
const OVER_SECONDS: RangeInclusive<u32> = 1..=86_400;

/// New limits, and when they come; a limit that is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsPlanInput {
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
    /// When the change begins, in the future and within a year; at once without it.
    at: Option<Timestamp>,
    /// Seconds over which the admission rate moves to the new one, from 1 to 86 400; it jumps without
    /// them. All other limits change at the begin.
    #[schema(minimum = 1, maximum = 86_400)]
    over_seconds: Option<u32>,
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

/// Why a plan is called off.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EndPlanQuery {
    /// The reason, for the audit log; up to 500 characters.
    #[param(
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*[^\s\x00-\x08\x0B-\x1F\x7F-\x9F][^\x00-\x08\x0B-\x1F\x7F-\x9F]*$"
    )]
    why: String,
}

/// A change of limits that is to come or under way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LimitsPlanResponse {
    drop_id: DropId,
    begins_at: Timestamp,
    /// Seconds over which the admission rate moves; 0 for a change at once.
    over_seconds: u32,
    /// Whether the rate is on its way.
    has_begun: bool,
    /// The limits before it.
    before: LimitValues,
    /// The limits at its end.
    after: LimitValues,
    /// Who made it.
    #[schema(example = "operator:ann")]
    made_by: String,
    /// The reason that was given.
    why: String,
    made_at: Timestamp,
}

impl Validate for LimitsPlanInput {
    fn faults(&self) -> Faults {
        let mut faults = new_limits::faults(self.change());
        faults.text("/why", &self.why, 500);
        if let Some(seconds) = self.over_seconds {
            faults.within("/over_seconds", seconds, &OVER_SECONDS);
        }
        if self.over_seconds.is_some() && self.admission_rate_per_second.is_none() {
            faults.add("/over_seconds", "needs admission_rate_per_second");
        }
        if self.at.is_none() && self.over_seconds.is_none() {
            faults.add("", "must have at, over_seconds or both");
        }
        faults
    }
}

impl LimitsPlanInput {
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

impl LimitsPlanResponse {
    fn new(drop_id: DropId, plan: LimitPlan) -> Self {
        Self {
            drop_id,
            begins_at: plan.begins_at,
            over_seconds: plan.limits.over_seconds,
            has_begun: plan.begun_version.is_some(),
            before: plan.limits.before.into(),
            after: plan.limits.target.into(),
            made_by: plan.made_by,
            why: plan.why,
            made_at: plan.made_at,
        }
    }
}

/// Plans a change of limits: at a time, slowly, or both. A plan that the drop has already ends, and a
/// change of limits by hand ends this one.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/limits/plan", tag = "operator",
    security(("operator_key" = [])), request_body = LimitsPlanInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsPlanResponse), Problem))]
#[tracing::instrument(name = "handler.limits_plan.make", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn make(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<LimitsPlanInput>,
) -> Result<Json<LimitsPlanResponse>, ApiError> {
    let now = app.now();
    if let Some(at) = input.at {
        check_ahead("/at", at, now)?;
    }
    let new_plan = NewLimitPlan {
        change: input.change(),
        begins_at: input.at.unwrap_or(now),
        over_seconds: input.over_seconds.unwrap_or_default(),
    };
    let (actor, why) = (operator.actor(), &input.why);
    let plan = drops::make_limit_plan(&app.pool, drop_id, &new_plan, &actor, why).await?;
    tracing::info!(drop.id = %drop_id, "planned the limits {} of drop {drop_id}",
        plan.limits.target);
    Ok(Json(LimitsPlanResponse::new(drop_id, plan)))
}

/// Shows the plan for a drop's limits.
#[utoipa::path(get, path = "/v1/operator/drops/{drop_id}/limits/plan", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path)),
    responses((status = 200, body = LimitsPlanResponse), Problem))]
#[tracing::instrument(name = "handler.limits_plan.show", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    _: CurrentOperator,
) -> Result<Json<LimitsPlanResponse>, ApiError> {
    let plan = drops::find_limit_plan(&app.pool, drop_id).await?;
    let plan = plan.ok_or(ApiError::LimitsPlanNotFound)?;
    Ok(Json(LimitsPlanResponse::new(drop_id, plan)))
}

/// Calls the plan for a drop's limits off. They stay as they are, in the middle of a ramp too.
#[utoipa::path(delete, path = "/v1/operator/drops/{drop_id}/limits/plan", tag = "operator",
    security(("operator_key" = [])), params(("drop_id" = DropId, Path), EndPlanQuery),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.limits_plan.end", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn end(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Query(query): Query<EndPlanQuery>,
) -> Result<Json<LimitsResponse>, ApiError> {
    let mut faults = Faults::default();
    faults.text("/why", &query.why, 500);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let actor = operator.actor();
    let limits = drops::cancel_limit_plan(&app.pool, drop_id, &actor, &query.why).await?;
    tracing::info!(drop.id = %drop_id, "called the plan for the limits of drop {drop_id} off");
    Ok(Json(limits.into()))
}
