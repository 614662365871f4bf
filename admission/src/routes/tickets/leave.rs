//! The way out.

use super::{TicketView, status::view};
use crate::{app::App, error::ApiError, extract::ticket_cookie_name, room::Room};
use axum::{extract::State, http::HeaderMap, response::IntoResponse};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use edge::{Json, Path, Problem};
use shared::{
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
#[tracing::instrument(name = "handler.tickets.leave", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn leave(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<impl IntoResponse, ApiError> {
    let ticket = app.presented_ticket(&headers, drop_id)?.claims.ticket;
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
    let jar = jar.remove(Cookie::build(ticket_cookie_name(drop_id)).path("/").secure(true));
    Ok((jar, Json(view)))
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
