//! Where a ticket stands, for those who poll.

use super::{State as TicketState, TicketView};
use crate::{
    app::App,
    error::ApiError,
    extract::PresentedTicket,
    room::{Placed, Room},
    socket::cadence,
};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
};
use edge::{Json, Path, Problem};
use queue::{AttachOutcome, Queue, TicketStatus};
use shared::{
    drops::{CloseReason, DropMode},
    ids::DropId,
    messages::JoinedTicket,
};

/// Tells where a ticket stands.
///
/// A waiting ticket costs Redis nothing. A valid one that Redis has lost is put back first.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/ticket", tag = "tickets", params(("drop" = Uuid, Path)),
    responses(
        (status = 200, body = TicketView), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    )
)]
#[tracing::instrument(name = "handler.tickets.status", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn status(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let ticket = PresentedTicket::read(&app, &headers, drop_id)?.claims.ticket;
    app.looks.check(&ticket.ticket_id)?;
    let view = match app.rooms.find(drop_id).await {
        Ok(room) => look(&app, &room, &ticket).await?,
        Err(ApiError::Ended(reason)) => after_the_end(&app, &ticket, reason).await?,
        Err(error) => return Err(error),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)))
}

/// Looks a ticket up: in memory while it waits, else in Redis.
async fn look(app: &App, room: &Room, ticket: &JoinedTicket) -> Result<TicketView, ApiError> {
    let header = room.header()?;
    if room.is_live()
        && let Some(placed) = room.placed(ticket.lane, ticket.score)
    {
        return Ok(match room.read(crate::room::Replica::ended).flatten() {
            Some(reason) => view(room, ticket, TicketState::Closed, None, Some(reason)),
            None => view(room, ticket, TicketState::Waiting, Some(placed), None),
        });
    }
    let known = known_status(room, &app.queue, ticket).await.inspect_err(|error| {
        if matches!(error, ApiError::Rebuilding { .. }) {
            room.distrust();
        }
    })?;
    let (state, reason) = match known {
        TicketStatus::Waiting => {
            let placed = room.placed_soon(ticket.lane, ticket.score).await;
            let placed = placed.ok_or_else(ApiError::rebuilding)?;
            return Ok(view(room, ticket, TicketState::Waiting, Some(placed), None));
        }
        TicketStatus::Missed | TicketStatus::InFlight { extended: false } => {
            (TicketState::Waiting, None)
        }
        TicketStatus::InFlight { extended: true } => (TicketState::Admitting, None),
        TicketStatus::Held => (TicketState::Held, None),
        TicketStatus::Finished => (TicketState::Finished, None),
        TicketStatus::Closed(reason) => (TicketState::Closed, Some(reason)),
        TicketStatus::Left => (TicketState::Left, None),
        TicketStatus::Unknown => return Err(ApiError::TicketInvalid),
    };
    tracing::trace!(epoch = %header.epoch, "asked the line");
    Ok(view(room, ticket, state, None, reason))
}

/// What Redis knows of a ticket, after putting it back if it was lost.
///
/// # Errors
///
/// Returns that the line is being rebuilt or cannot be reached, or that no such ticket can be.
pub(super) async fn known_status(
    room: &Room,
    queue: &Queue,
    ticket: &JoinedTicket,
) -> Result<TicketStatus, ApiError> {
    let epoch = room.header()?.epoch;
    let asked = [(ticket.ticket_id, ticket.score)];
    let statuses = queue.status(room.drop_id, epoch, &asked).await?;
    match statuses.first() {
        Some(TicketStatus::Unknown) | None => {}
        Some(status) => return Ok(*status),
    }
    let attached = queue.attach(room.drop_id, epoch, &[*ticket]).await?;
    Ok(match attached.outcomes.first() {
        Some(AttachOutcome::Attached) => TicketStatus::Waiting,
        Some(AttachOutcome::Known(status)) => *status,
        Some(AttachOutcome::Replaced(_) | AttachOutcome::Refused(_)) => {
            TicketStatus::Closed(CloseReason::Replaced)
        }
        Some(AttachOutcome::Ended(reason)) => TicketStatus::Closed(*reason),
        Some(AttachOutcome::Impossible) | None => return Err(ApiError::TicketInvalid),
    })
}

/// The place to show: of a ticket that was let in a moment ago, the first one.
pub(super) fn shown(state: TicketState, placed: Option<Placed>, room: &Room) -> Option<(u64, u64)> {
    if state != TicketState::Waiting {
        return None;
    }
    let first = || (1, room.read(crate::room::Replica::waiting).unwrap_or_default().max(1));
    Some(placed.map_or_else(first, |placed| (placed.place, placed.waiting)))
}

pub(super) fn view(
    room: &Room,
    ticket: &JoinedTicket,
    state: TicketState,
    placed: Option<Placed>,
    reason: Option<CloseReason>,
) -> TicketView {
    let point = room.read(crate::room::Replica::point).unwrap_or_default();
    let point = placed.map_or(point, |placed| placed.point);
    let rate = room.header().map_or(1.0, |header| header.config.admission_rate_per_second);
    let shown = shown(state, placed, room);
    let said = room.read(|replica| (replica.mode(), replica.message().map(ToString::to_string)));
    let (mode, message) = said.unwrap_or((DropMode::Running, None));
    TicketView {
        ticket_id: ticket.ticket_id,
        state,
        epoch: point.epoch.0,
        evn: point.evn,
        place: shown.map(|(place, _)| place),
        waiting: shown.map(|(_, waiting)| waiting),
        reason: reason.map(CloseReason::as_str),
        refresh_after_ms: cadence::refresh_after_ms(placed.map(|placed| placed.place), rate),
        mode,
        message,
    }
}

/// A ticket of a drop that is over and has no room any more: it became an order, or was closed.
async fn after_the_end(
    app: &App,
    ticket: &JoinedTicket,
    reason: CloseReason,
) -> Result<TicketView, ApiError> {
    let order = database::line::room_lookup::order_state(&app.pool, ticket.ticket_id).await;
    let order = order.map_err(|error| {
        tracing::warn!(%error, "could not look up an order");
        ApiError::Busy
    })?;
    let (state, reason) = match order {
        Some(state) if state.is_terminal() => (TicketState::Finished, None),
        Some(_) => (TicketState::Held, None),
        None => (TicketState::Closed, Some(reason.as_str())),
    };
    Ok(TicketView {
        ticket_id: ticket.ticket_id,
        state,
        epoch: ticket.score.epoch().0,
        evn: 0,
        place: None,
        waiting: None,
        reason,
        refresh_after_ms: 15_000,
        mode: DropMode::Running,
        message: None,
    })
}
