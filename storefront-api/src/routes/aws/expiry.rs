//! How long somebody whose turn it is may take to ask for tokens.

use super::{answer::AwsRefusal, input::Fields, room};
use crate::App;
use axum::{Json, extract::State};
use database::selling::passes::aws::{AwsPass, AwsRoom};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    ids::{DropId, TicketId},
    line::LiveState,
};
use utoipa::ToSchema;

/// How long tokens may still be asked for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct TimeLeft {
    /// Seconds.
    expires_in: i64,
}

/// Returns how many seconds are left.
#[utoipa::path(get, path = "/aws/queue_pos_expiry", tag = "page",
    params(("event_id" = DropId, Query), ("request_id" = TicketId, Query)),
    responses((status = 200, body = TimeLeft), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.queue_pos_expiry", skip_all)]
pub(super) async fn queue_pos_expiry(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<TimeLeft>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    let request_id = fields.request()?;
    let in_line = room::find_in_line(&app, &room, request_id).await?;
    if in_line.is_some_and(|(_, state)| state != LiveState::Held) {
        return Err(AwsRefusal::not_yet("The request is not being served yet"));
    }
    let pass = room::find_pass(&app, &room, request_id).await?;
    let pass = pass.ok_or_else(|| AwsRefusal::not_found("There is no such request"))?;
    let expires_in = seconds_left(&room, &pass, app.now());
    let expires_in =
        expires_in.ok_or_else(|| AwsRefusal::over("The queue position has expired"))?;
    Ok(Json(TimeLeft { expires_in }))
}

/// Returns what is left of the time that a pass gives, whole seconds; `None` if nothing is, or if the
/// pass was ended before.
fn seconds_left(room: &AwsRoom, pass: &AwsPass, now: Timestamp) -> Option<i64> {
    let taken = now.as_second() - pass.given_at.as_second();
    let left = i64::from(room.pass_seconds) - taken;
    (pass.state.is_pass() && left > 0).then_some(left)
}
