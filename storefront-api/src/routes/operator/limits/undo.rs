//! The limits before the last change.

use super::show::LimitsResponse;
use crate::{
    ApiError, App,
    extract::{Body, CurrentOperator, Faults, IdempotencyKey, Validate},
};
use axum::extract::State;
use database::selling::drops;
use edge::{Json, Path, Problem};
use serde::Deserialize;
use shared::ids::DropId;
use utoipa::ToSchema;

/// Why the last change is undone.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for UndoInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

/// Brings back the limits before their last change, by hand or by a plan. Undone in turn, it brings back
/// what it undid. A plan for them ends.
#[utoipa::path(post, path = "/v1/operator/drops/{drop_id}/limits/undo", tag = "operator",
    security(("operator_key" = [])), request_body = UndoInput,
    params(("drop_id" = DropId, Path), IdempotencyKey),
    responses((status = 200, body = LimitsResponse), Problem))]
#[tracing::instrument(name = "handler.limits.undo", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn undo(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    operator: CurrentOperator,
    Body(input): Body<UndoInput>,
) -> Result<Json<LimitsResponse>, ApiError> {
    let actor = operator.actor();
    let limits = drops::undo_limits(&app.pool, drop_id, &actor, &input.why).await?;
    tracing::info!(drop.id = %drop_id, version = limits.version,
        "drop {drop_id} has the limits {} again", limits.limits);
    Ok(Json(limits.into()))
}
