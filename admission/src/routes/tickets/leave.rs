//! The way out.

use super::{
    TicketView,
    cookie::{self, SetCookie},
    status::{known_state, view},
};
use crate::{app::App, error::ApiError, extract::PresentedTicket, room::Room};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use edge::{CurrentShopper, Json, Problem};
use shared::{
    credentials::TicketClaims,
    ids::DropId,
    line::{Epoch, JoinedTicket, LeaveOutcome, LineState, ShownState},
    telemetry::CounterName,
};

/// Takes a waiting ticket out of line. It needs the session of its shopper, too: a ticket that got
/// into other hands shows a place in line, and does not take it away.
///
/// One that is past waiting cannot leave here: its order is cancelled at the storefront. It keeps
/// its cookie, with which its shopper finds it again.
#[utoipa::path(
    delete, path = "/v1/drops/{drop}/ticket", tag = "tickets",
    params(("drop" = DropId, Path),
        ("DPoP" = Option<String>, Header,
            description = "A proof of the key that the ticket is bound to, if it is")),
    security(("ticket" = [], "session" = []), ("ticket" = [], "session_cookie" = [])),
    responses((status = 200, body = TicketView, description = "Where it stands now"), Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.leave", skip_all,
    fields(drop.id = %presented.claims.drop_id)
)]
pub(crate) async fn leave(
    State(app): State<App>,
    shopper: CurrentShopper,
    presented: PresentedTicket,
) -> Result<Response, ApiError> {
    let (view, cookie) = take_out_by_shopper(&app, shopper, presented).await?;
    Ok((cookie, Json(view)).into_response())
}

/// Takes a ticket out of line if its shopper asks for that; returns where it stands then, and what takes its
/// cookie away if it has left.
pub(in crate::routes) async fn take_out_by_shopper(
    app: &App,
    shopper: CurrentShopper,
    presented: PresentedTicket,
) -> Result<(TicketView, Option<SetCookie>), ApiError> {
    let TicketClaims { drop_id, ticket, .. } = presented.claims;
    if ticket.shopper_id != shopper.id {
        return Err(ApiError::TicketOfAnother);
    }
    app.look_limiter.check(&ticket.ticket_id)?;
    let room = app.rooms.find(drop_id).await?;
    let epoch = room.header()?.epoch;
    Ok(match take_out(app, &room, epoch, &ticket).await? {
        LeaveOutcome::Left { .. } => {
            CounterName::TicketsLeft.get().increment(1);
            let view = view(&room, &ticket, ShownState::Left, None, None);
            (view, Some(cookie::remove(drop_id)))
        }
        LeaveOutcome::Refused(state) => (refused(&room, &ticket, state), None),
    })
}

/// Takes a ticket out of line. One that the line has lost is put back first: otherwise another of
/// the shopper's windows would bring it back later.
async fn take_out(
    app: &App,
    room: &Room,
    epoch: Epoch,
    ticket: &JoinedTicket,
) -> Result<LeaveOutcome, ApiError> {
    let left = app.queue.leave(room.drop_id, epoch, ticket.key()).await?;
    if left != LeaveOutcome::Refused(LineState::Unknown) {
        return Ok(left);
    }
    known_state(room, &app.queue, ticket).await?;
    Ok(app.queue.leave(room.drop_id, epoch, ticket.key()).await?)
}

fn refused(room: &Room, ticket: &JoinedTicket, state: LineState) -> TicketView {
    let (state, reason) = match state {
        LineState::Closed(reason) => (ShownState::Closed, Some(reason)),
        LineState::Finished => (ShownState::Finished, None),
        LineState::Held => (ShownState::Held, None),
        LineState::InFlight { extended: true } => (ShownState::Admitting, None),
        // Let in, but not told yet: it may still be taken back.
        LineState::InFlight { extended: false } | LineState::Waiting | LineState::Missed => {
            (ShownState::Waiting, None)
        }
        LineState::Left | LineState::Unknown => (ShownState::Left, None),
    };
    view(room, ticket, state, None, reason)
}
