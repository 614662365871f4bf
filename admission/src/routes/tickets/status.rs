//! Where a ticket stands, for those who poll.

use super::TicketView;
use crate::{
    app::App,
    error::ApiError,
    extract::PresentedTicket,
    room::{LivePosition, Replica, Room, RoomError},
    socket::cadence,
};
use axum::{extract::State, http::header, response::IntoResponse};
use database::line::room_lookup;
use edge::{Json, Problem};
use queue::Queue;
use shared::{
    credentials::TicketClaims,
    drops::{CloseReason, DropMode},
    ids::DropId,
    line::{AttachOutcome, Epoch, JoinedTicket, LineState, ShownState},
};

/// When to ask again about a ticket whose drop is over: nothing much will happen.
const REFRESH_AFTER_THE_END_MS: u64 = 15_000;

/// Tells where a ticket stands.
///
/// A waiting ticket costs Redis nothing. A valid one that Redis has lost is put back first.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/ticket", tag = "tickets", params(("drop" = DropId, Path)),
    responses((status = 200, body = TicketView), Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.status", skip_all,
    fields(drop.id = %presented.claims.drop_id)
)]
pub(crate) async fn status(
    State(app): State<App>,
    presented: PresentedTicket,
) -> Result<impl IntoResponse, ApiError> {
    let TicketClaims { drop_id, ticket, .. } = presented.claims;
    app.look_limiter.check(&ticket.ticket_id)?;
    let view = match app.rooms.find(drop_id).await {
        Ok(room) => look(&app, &room, &ticket).await?,
        Err(RoomError::Ended(reason)) => after_the_end(&app, drop_id, &ticket, reason).await?,
        Err(error) => return Err(error.into()),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)))
}

/// Looks a ticket up: in memory while it waits, else in Redis.
async fn look(app: &App, room: &Room, ticket: &JoinedTicket) -> Result<TicketView, ApiError> {
    let epoch = room.header()?.epoch;
    if room.is_live()
        && let Some(position) = room.position(ticket.lane, ticket.score)
    {
        return Ok(match room.read(Replica::ended).flatten() {
            Some(reason) => view(room, ticket, ShownState::Closed, None, Some(reason)),
            None => view(room, ticket, ShownState::Waiting, Some(position), None),
        });
    }
    let known = known_state(room, &app.queue, epoch, ticket).await.inspect_err(|error| {
        if matches!(error, ApiError::Rebuilding { .. }) {
            room.distrust();
        }
    })?;
    let (state, reason) = match known {
        LineState::Waiting => {
            let position = room.position_soon(ticket.lane, ticket.score).await;
            let position = position.ok_or_else(ApiError::rebuilding)?;
            return Ok(view(room, ticket, ShownState::Waiting, Some(position), None));
        }
        LineState::Missed | LineState::InFlight { extended: false } => (ShownState::Waiting, None),
        LineState::InFlight { extended: true } => (ShownState::Admitting, None),
        LineState::Held => (ShownState::Held, None),
        LineState::Finished => (ShownState::Finished, None),
        LineState::Closed(reason) => (ShownState::Closed, Some(reason)),
        LineState::Left => (ShownState::Left, None),
        LineState::Unknown => return Err(ApiError::TicketInvalid),
    };
    Ok(view(room, ticket, state, None, reason))
}

/// What Redis knows of a ticket, after putting it back if it was lost. Fails if the line is being
/// rebuilt or can't be reached, or if no such ticket can be.
async fn known_state(
    room: &Room,
    queue: &Queue,
    epoch: Epoch,
    ticket: &JoinedTicket,
) -> Result<LineState, ApiError> {
    let asked = [(ticket.ticket_id, ticket.score)];
    let states = queue.status(room.drop_id, epoch, &asked).await?;
    match states.first() {
        Some(LineState::Unknown) | None => {}
        Some(state) => return Ok(*state),
    }
    let attached = queue.attach(room.drop_id, epoch, &[*ticket]).await?;
    Ok(match attached.outcomes.first() {
        Some(AttachOutcome::Attached) => LineState::Waiting,
        Some(AttachOutcome::Known(state)) => *state,
        Some(AttachOutcome::Replaced(_) | AttachOutcome::Refused(_)) => {
            LineState::Closed(CloseReason::Replaced)
        }
        Some(AttachOutcome::Ended(reason)) => LineState::Closed(*reason),
        Some(AttachOutcome::Impossible) | None => return Err(ApiError::TicketInvalid),
    })
}

/// The position to show, and how many wait: for a ticket that was let in a moment ago, the first.
pub(super) fn shown(
    state: ShownState,
    position: Option<LivePosition>,
    room: &Room,
) -> Option<(u64, u64)> {
    if state != ShownState::Waiting {
        return None;
    }
    let first = || (1, room.read(Replica::waiting).unwrap_or_default().max(1));
    Some(position.map_or_else(first, |live| (live.position, live.waiting)))
}

pub(super) fn view(
    room: &Room,
    ticket: &JoinedTicket,
    state: ShownState,
    position: Option<LivePosition>,
    reason: Option<CloseReason>,
) -> TicketView {
    let point = room.read(Replica::point).unwrap_or_default();
    let point = position.map_or(point, |live| live.point);
    let rate = room.header().map_or(1.0, |header| header.config.admission_rate_per_second);
    let shown = shown(state, position, room);
    let said = room.read(|replica| (replica.mode(), replica.message().map(ToString::to_string)));
    let (mode, message) = said.unwrap_or((DropMode::Running, None));
    TicketView {
        ticket_id: ticket.ticket_id,
        state,
        epoch: point.epoch.0,
        evn: point.evn,
        position: shown.map(|(position, _)| position),
        waiting: shown.map(|(_, waiting)| waiting),
        reason,
        refresh_after_ms: cadence::refresh_after_ms(position.map(|live| live.position), rate),
        mode,
        message,
    }
}

/// A ticket of a drop that is over and has no room any more: it became an order, or was closed.
async fn after_the_end(
    app: &App,
    drop_id: DropId,
    ticket: &JoinedTicket,
    reason: CloseReason,
) -> Result<TicketView, ApiError> {
    let order = room_lookup::order_state(&app.pool, drop_id, ticket.ticket_id).await?;
    let (state, reason) = match order {
        Some(state) if state.is_terminal() => (ShownState::Finished, None),
        Some(_) => (ShownState::Held, None),
        None => (ShownState::Closed, Some(reason)),
    };
    Ok(TicketView {
        ticket_id: ticket.ticket_id,
        state,
        epoch: ticket.score.epoch().0,
        evn: 0,
        position: None,
        waiting: None,
        reason,
        refresh_after_ms: REFRESH_AFTER_THE_END_MS,
        mode: DropMode::Running,
        message: None,
    })
}
