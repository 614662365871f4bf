//! Numbers that everybody may see: one's own, the one being served, how many wait.

use super::{answer::AwsRefusal, input::Fields, room};
use crate::{ApiError, App};
use axum::{Json, extract::State};
use database::selling::passes::aws::AwsRoom;
use serde::Serialize;
use shared::ids::{DropId, TicketId};
use utoipa::ToSchema;

/// The number of a request has been given, whatever became of it; the other statuses were for the time
/// before.
const PROCESSED: i64 = 1;

/// Where a request stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct QueueNumber {
    queue_number: i64,
    /// Seconds since 1970.
    entry_time: i64,
    event_id: DropId,
    status: i64,
}

/// The last number that may come in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ServingCounter {
    /// A text here, and a number where it is raised.
    #[schema(pattern = "^-?[0-9]+$", example = "150")]
    serving_counter: String,
}

/// How many have a number and no tokens yet.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct WaitingNumber {
    waiting_num: i64,
}

/// Returns the queue number of a request. The line knows it as long as it has the ticket, and when it
/// was given; a pass whose ticket is over knows only when its turn came.
#[utoipa::path(get, path = "/aws/queue_num", tag = "page",
    params(("event_id" = DropId, Query), ("request_id" = TicketId, Query)),
    responses((status = 200, body = QueueNumber), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.queue_num", skip_all)]
pub(super) async fn queue_num(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<QueueNumber>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    let found = find_number(&app, &room, fields.request()?).await?;
    let pending = || AwsRefusal::not_yet("The request has no queue number yet");
    let (number, entry_time) = found.ok_or_else(pending)?;
    let queue_number = room.counted(number).ok_or_else(pending)?;
    let event_id = room.drop_id;
    Ok(Json(QueueNumber { queue_number, entry_time, event_id, status: PROCESSED }))
}

async fn find_number(
    app: &App,
    room: &AwsRoom,
    request_id: TicketId,
) -> Result<Option<(u64, i64)>, ApiError> {
    if let Some((ticket, _)) = room::find_in_line(app, room, request_id).await? {
        return Ok(Some((ticket.score.number(), ticket.joined_at_ms.div_euclid(1000))));
    }
    let pass = room::find_pass(app, room, request_id).await?;
    Ok(pass.map(|pass| (pass.number, pass.admitted_at.as_second())))
}

/// Returns the last number that may come in.
#[utoipa::path(get, path = "/aws/serving_num", tag = "page",
    params(("event_id" = DropId, Query)),
    responses((status = 200, body = ServingCounter), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.serving_num", skip_all)]
pub(super) async fn serving_num(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<ServingCounter>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    Ok(Json(ServingCounter { serving_counter: room.serving_counter.to_string() }))
}

/// Returns how many have a number and no tokens yet.
#[utoipa::path(get, path = "/aws/waiting_num", tag = "page",
    params(("event_id" = DropId, Query)),
    responses((status = 200, body = WaitingNumber), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.waiting_num", skip_all)]
pub(super) async fn waiting_num(
    State(app): State<App>,
    fields: Fields,
) -> Result<Json<WaitingNumber>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    let in_line = count_in_line(&app, &room);
    let waiting_num = app.public_reads.count_aws_waiting(room.drop_id, in_line).await?;
    Ok(Json(WaitingNumber { waiting_num }))
}

async fn count_in_line(app: &App, room: &AwsRoom) -> Result<i64, ApiError> {
    let Some(epoch) = room::epoch(app, room).await? else { return Ok(0) };
    let counts = app.queue.counts(room.drop_id, epoch).await?;
    Ok((counts.waiting + counts.missed + counts.in_flight).cast_signed())
}
