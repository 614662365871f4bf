//! The way into the line: each assign is a new person.

use super::{
    answer::AwsRefusal,
    input::{Fields, Ours},
    room,
};
use crate::{App, routes::shopper::session_limits::WithinLimit};
use axum::{Json, extract::State};
use serde::Serialize;
use shared::{
    ids::{ShopperId, TicketId},
    line::{Intent, JoinOutcome, JoinRequest, Lane},
};
use utoipa::ToSchema;

const IS_OVER: &str = "The event is over";

/// What the person is known by from now on.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(super) struct Assigned {
    api_request_id: TicketId,
}

/// Puts somebody in line. Their shopper has the id of the ticket, so that the ticket is found by the
/// request alone.
#[utoipa::path(post, path = "/aws/assign_queue_num", tag = "page",
    responses((status = 200, body = Assigned), AwsRefusal))]
#[tracing::instrument(name = "handler.aws.assign_queue_num", skip_all)]
pub(super) async fn assign_queue_num(
    State(app): State<App>,
    _: Ours<WithinLimit>,
    fields: Fields,
) -> Result<Json<Assigned>, AwsRefusal> {
    let room = room::find(&app, &fields).await?;
    if room.state.is_over() {
        return Err(AwsRefusal::over(IS_OVER));
    }
    let ticket_id = TicketId::generate();
    let request = JoinRequest {
        ticket_id,
        shopper_id: ShopperId::from_uuid(ticket_id.as_uuid()),
        lane: Lane::NORMAL,
        intent: Intent { variant_id: room.variant_id, units: 1 },
    };
    match app.batches.join(room.drop_id, request).await? {
        JoinOutcome::Joined(ticket, _) | JoinOutcome::Existing(ticket, ..) => {
            Ok(Json(Assigned { api_request_id: ticket.ticket_id }))
        }
        JoinOutcome::Ended(_) => Err(AwsRefusal::over(IS_OVER)),
        JoinOutcome::NotOpenYet { .. } => {
            Err(AwsRefusal::unavailable("The waiting room is not open yet"))
        }
        JoinOutcome::Stopped => Err(AwsRefusal::unavailable("The waiting room is stopped")),
        JoinOutcome::Held => {
            Err(AwsRefusal::unavailable("The waiting room takes nobody for the moment"))
        }
        JoinOutcome::Draining => {
            Err(AwsRefusal::unavailable("The waiting room takes nobody any more"))
        }
        JoinOutcome::Maintenance { .. } => {
            Err(AwsRefusal::unavailable("The waiting room is under maintenance"))
        }
        // Each is a new person, who has had no hold yet.
        JoinOutcome::Cooling { .. } => Err(AwsRefusal::unavailable("It is too early to come back")),
        JoinOutcome::Full => Err(AwsRefusal::unavailable("The waiting room is full")),
        JoinOutcome::Grace { .. } => {
            Err(AwsRefusal::unavailable("The waiting room is being restored"))
        }
    }
}
