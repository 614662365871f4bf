//! The way out.

use super::{State as TicketState, TicketView, status::view};
use crate::{app::App, error::ApiError, extract::PresentedTicket, extract::ticket_cookie_name};
use axum::{extract::State, http::HeaderMap, response::IntoResponse};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use edge::{Json, Path, Problem};
use queue::{LeaveOutcome, TicketStatus};
use shared::{ids::DropId, telemetry::CounterName};

/// Takes a waiting ticket out of line.
///
/// One that is past waiting cannot leave here: its order is cancelled at the storefront.
#[utoipa::path(
    delete, path = "/v1/drops/{drop}/ticket", tag = "tickets", params(("drop" = Uuid, Path)),
    responses(
        (status = 200, body = TicketView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem),
    )
)]
#[tracing::instrument(name = "handler.tickets.leave", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn leave(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<impl IntoResponse, ApiError> {
    let ticket = PresentedTicket::read(&app, &headers, drop_id)?.claims.ticket;
    app.looks.check(&ticket.ticket_id)?;
    let room = app.rooms.find(drop_id).await?;
    let epoch = room.header()?.epoch;
    let left = app.queue.leave(drop_id, epoch, ticket.ticket_id, ticket.score).await?;
    let view = match left {
        LeaveOutcome::Left { .. } => {
            CounterName::TicketsLeft.get().increment(1);
            view(&room, &ticket, TicketState::Left, None, None)
        }
        LeaveOutcome::Refused(status) => refused(&room, &ticket, status),
    };
    let jar = jar.remove(Cookie::build(ticket_cookie_name(drop_id)).path("/").secure(true));
    Ok((jar, Json(view)))
}

fn refused(
    room: &crate::room::Room,
    ticket: &shared::messages::JoinedTicket,
    status: TicketStatus,
) -> TicketView {
    let (state, reason) = match status {
        TicketStatus::Closed(reason) => (TicketState::Closed, Some(reason)),
        TicketStatus::Finished => (TicketState::Finished, None),
        TicketStatus::Held => (TicketState::Held, None),
        TicketStatus::InFlight { .. } => (TicketState::Admitting, None),
        TicketStatus::Waiting | TicketStatus::Missed => (TicketState::Waiting, None),
        TicketStatus::Left | TicketStatus::Unknown => (TicketState::Left, None),
    };
    view(room, ticket, state, None, reason)
}
