//! The way out.

use super::{TicketView, cookie, status::view};
use crate::{app::App, error::ApiError, extract::PresentedTicket, room::Room};
use axum::{extract::State, response::IntoResponse};
use edge::{Json, Problem};
use shared::{
    credentials::TicketClaims,
    ids::DropId,
    line::{JoinedTicket, LeaveOutcome, LineState, ShownState},
    telemetry::CounterName,
};

/// Takes a waiting ticket out of line.
///
/// One that is past waiting cannot leave here: its order is cancelled at the storefront.
#[utoipa::path(
    delete, path = "/v1/drops/{drop}/ticket", tag = "tickets", params(("drop" = DropId, Path)),
    responses((status = 200, body = TicketView), Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.leave", skip_all,
    fields(drop.id = %presented.claims.drop_id)
)]
pub(crate) async fn leave(
    State(app): State<App>,
    presented: PresentedTicket,
) -> Result<impl IntoResponse, ApiError> {
    let TicketClaims { drop_id, ticket, .. } = presented.claims;
    app.look_limiter.check(&ticket.ticket_id)?;
    let room = app.rooms.find(drop_id).await?;
    let epoch = room.header()?.epoch;
    let left = app.queue.leave(drop_id, epoch, ticket.ticket_id, ticket.score).await?;
    let view = match left {
        LeaveOutcome::Left { .. } => {
            CounterName::TicketsLeft.get().increment(1);
            view(&room, &ticket, ShownState::Left, None, None)
        }
        LeaveOutcome::Refused(status) => refused(&room, &ticket, status),
    };
    Ok((cookie::remove(drop_id), Json(view)))
}

fn refused(room: &Room, ticket: &JoinedTicket, status: LineState) -> TicketView {
    let (state, reason) = match status {
        LineState::Closed(reason) => (ShownState::Closed, Some(reason)),
        LineState::Finished => (ShownState::Finished, None),
        LineState::Held => (ShownState::Held, None),
        LineState::InFlight { .. } => (ShownState::Admitting, None),
        LineState::Waiting | LineState::Missed => (ShownState::Waiting, None),
        LineState::Left | LineState::Unknown => (ShownState::Left, None),
    };
    view(room, ticket, state, None, reason)
}
