//! The end of a visit, as its visitor says.

use super::visit::Gate;
use crate::{ApiError, App};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use database::selling::passes;
use edge::{AllowedOrigins, Path, Problem};
use shared::{
    credentials::{EntryReason, PassClaims},
    ids::DropId,
    lifecycle::TicketState,
};

/// Ends the visit of the browser that asks, so that somebody else is let in. Only the site's own pages
/// may ask for it.
#[utoipa::path(post, path = "/v1/gate/{drop_id}/leave", tag = "gate",
    params(("drop_id" = DropId, Path)),
    responses((status = 204, description = "There is no visit any more"), Problem))]
#[tracing::instrument(name = "handler.gate.leave", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn leave(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gate = Gate::find(&app, drop_id).await?;
    let site = &gate.found.site;
    let mut origins = headers.get_all(header::ORIGIN).iter();
    if !origins.all(|origin| origin.to_str().is_ok_and(|origin| site.has_origin(origin))) {
        return Err(AllowedOrigins::refusal().into());
    }
    // One that began without a line has no row to end.
    let with_pass = |visit: &PassClaims| visit.reason == EntryReason::Queue;
    if let Some(visit) = gate.visit(&headers).filter(with_pass) {
        let ended = passes::end(&app.pool, drop_id, &[visit.jti]).await?;
        if ended.contains(&visit.jti) {
            app.pass_states.note(visit.jti, TicketState::Visited);
        }
    }
    Ok((StatusCode::NO_CONTENT, gate.end()).into_response())
}
