//! Ending a shopper's sessions, when a token is in the wrong hands.

use crate::{
    ApiError, App,
    extract::{Body, CurrentAdmin, Faults, Validate},
};
use axum::{extract::State, http::StatusCode};
use database::people::sessions;
use edge::{Path, Problem};
use serde::Deserialize;
use shared::ids::ShopperId;
use utoipa::ToSchema;

/// Why the sessions are ended.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndSessionsInput {
    /// The reason, for the audit log; up to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    why: String,
}

impl Validate for EndSessionsInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/why", &self.why, 500);
        faults
    }
}

/// Ends every session of a shopper that has begun by now; they are refused within seconds
/// everywhere. Tickets and orders stay as they are; a guest cannot get back to them.
#[utoipa::path(post, path = "/v1/operator/shoppers/{shopper_id}/end-sessions", tag = "operator",
    security(("admin_key" = [])), params(("shopper_id" = ShopperId, Path)),
    request_body = EndSessionsInput,
    responses((status = 204, description = "They are over"), Problem))]
#[tracing::instrument(name = "handler.sessions.end", skip_all, fields(shopper.id = %shopper_id))]
pub(crate) async fn end(
    State(app): State<App>,
    Path(shopper_id): Path<ShopperId>,
    admin: CurrentAdmin,
    Body(input): Body<EndSessionsInput>,
) -> Result<StatusCode, ApiError> {
    let (now, actor) = (app.now(), admin.actor());
    sessions::end_by_operator(&app.pool, shopper_id, now, &actor, &input.why).await?;
    app.ended_sessions.end(shopper_id, now.as_millisecond());
    Ok(StatusCode::NO_CONTENT)
}
