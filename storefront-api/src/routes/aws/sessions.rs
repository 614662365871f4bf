//! What a site's own server says of its visitors' sessions, and asks about them.

use super::{
    answer::AwsRefusal,
    input::{Fields, Ours},
    room,
};
use crate::{App, extract::CurrentSeller, time_limit::in_time};
use axum::{Json, extract::State};
use database::selling::passes::aws::{self, SessionEnd};
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use utoipa::ToSchema;

/// The sessions that go on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct ActiveTokens {
    active_tokens: i64,
}

/// Ends a session: 1 says that its visitor has done what they came for, -1 that they went away.
#[utoipa::path(post, path = "/aws/api/update_session", tag = "server",
    security(("seller_key" = [])),
    responses((status = 200, body = Value), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.update_session", skip_all)]
pub(super) async fn update_session(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<Value>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    let request_id = fields.request()?;
    let end = match fields.integer("status") {
        Some(1) => SessionEnd::Completed,
        Some(-1) => SessionEnd::Abandoned,
        _ => return Err(AwsRefusal::invalid("status")),
    };
    if !aws::end_session(&app.pool, room.drop_id, request_id, end).await? {
        return Err(AwsRefusal::not_found("There is no such session, or its status is set"));
    }
    app.pass_states.note(request_id, TicketState::Visited);
    Ok(Json(json!({})))
}

/// Lists the requests whose tokens have run out.
#[utoipa::path(get, path = "/aws/api/expired_tokens", tag = "server",
    security(("seller_key" = [])), params(("event_id" = DropId, Query)),
    responses((status = 200, body = Vec<TicketId>), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.expired_tokens", skip_all)]
pub(super) async fn expired_tokens(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<Vec<TicketId>>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    Ok(Json(in_time(aws::expired(&app.pool, room.drop_id)).await??))
}

/// Counts the sessions that go on.
#[utoipa::path(get, path = "/aws/api/num_active_tokens", tag = "server",
    security(("seller_key" = [])), params(("event_id" = DropId, Query)),
    responses((status = 200, body = ActiveTokens), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.num_active_tokens", skip_all)]
pub(super) async fn num_active_tokens(
    State(app): State<App>,
    seller: Ours<CurrentSeller>,
    fields: Fields,
) -> Result<Json<ActiveTokens>, AwsRefusal> {
    let room = room::find_own(&app, seller, &fields).await?;
    let active_tokens = in_time(aws::count_active(&app.pool, room.drop_id)).await??;
    Ok(Json(ActiveTokens { active_tokens }))
}
