//! Where a ticket stands, for those who poll.

use super::{TicketView, position::ShownPosition};
use crate::{
    app::App,
    error::ApiError,
    extract::PresentedTicket,
    room::{Replica, Room, RoomError, RoomNotice},
    routes::seen::SeenQuery,
    socket::{Seen, cadence},
};
use axum::{extract::State, http::header, response::IntoResponse};
use database::line::room_lookup;
use edge::{Json, Problem, Query};
use queue::Queue;
use shared::{
    credentials::TicketClaims,
    drops::{CloseReason, DropMode},
    ids::DropId,
    line::{AttachOutcome, JoinedTicket, LineState, ShownState},
    telemetry::CounterName,
};
use std::time::Duration;

/// When to ask again about a ticket whose drop is over: nothing much will happen.
const REFRESH_AFTER_THE_END_MS: u64 = 15_000;

/// Tells where a ticket stands.
///
/// A waiting ticket costs Redis nothing. A valid one that Redis has lost is put back first. With
/// `seen`, `<epoch>.<evn>.<position>` of the last answer, the position does not rise without a
/// reason, whichever instance answers; with `eta` beside it, the last `eta_p50_s`, neither does the
/// time.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/ticket", tag = "tickets", security(("ticket" = [])),
    params(("drop" = DropId, Path),
        ("seen" = Option<String>, Query, example = "1.77.42",
            description = "`<epoch>.<evn>.<position>` of what was seen last"),
        ("eta" = Option<String>, Query, example = "240",
            description = "`eta_p50_s` of what was seen last"),
        ("DPoP" = Option<String>, Header,
            description = "A proof of the key that the ticket is bound to, if it is")),
    responses((status = 200, body = TicketView, description = "Where it stands"), Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.status", skip_all,
    fields(drop.id = %presented.claims.drop_id)
)]
pub(crate) async fn status(
    State(app): State<App>,
    Query(query): Query<SeenQuery>,
    presented: PresentedTicket,
) -> Result<impl IntoResponse, ApiError> {
    let view = find(&app, presented, query.seen()).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)))
}

/// Finds where a ticket stands, for a client that has seen this before and comes back when it is told to.
pub(in crate::routes) async fn find(
    app: &App,
    presented: PresentedTicket,
    seen: Option<Seen>,
) -> Result<TicketView, ApiError> {
    let TicketClaims { drop_id, ticket, .. } = presented.claims;
    app.look_limiter.check(&ticket.ticket_id)?;
    match app.rooms.find(drop_id).await {
        Ok(room) => {
            let view = look(app, &room, &ticket, seen).await?;
            let again = Duration::from_millis(view.refresh_after_ms);
            room.note_poll(ticket.ticket_id, view.position, again);
            Ok(view)
        }
        Err(RoomError::Ended(reason)) => after_the_end(app, drop_id, &ticket, reason).await,
        Err(error) => Err(error.into()),
    }
}

/// Looks a ticket up: in memory while it waits, else in Redis.
async fn look(
    app: &App,
    room: &Room,
    ticket: &JoinedTicket,
    seen: Option<Seen>,
) -> Result<TicketView, ApiError> {
    room.header()?;
    if let Some(seen) = seen {
        // An instance that is behind waits for what the client has seen. When that does not come in
        // time, what was seen stands.
        let _ = room.reach(seen.point).await;
    }
    let find = |replica: &Replica| ShownPosition::of(replica, ticket, seen);
    if room.is_live()
        && let Some(position) = room.read(find).flatten()
    {
        return Ok(match room.read(Replica::ended).flatten() {
            Some(reason) => view(room, ticket, ShownState::Closed, None, Some(reason)),
            None => view(room, ticket, ShownState::Waiting, Some(position), None),
        });
    }
    let known = known_state(room, &app.queue, ticket).await?;
    let (state, reason) = match known {
        LineState::Waiting => {
            // Once the replica has the ticket it has everybody ahead, too, and the position will
            // not rise by their late arrival.
            let position = room.until(find).await.ok_or_else(ApiError::rebuilding)?;
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

/// What Redis knows of a ticket, after putting it back if it was lost or missed. Fails if the line is being
/// rebuilt or can't be reached, or if no such ticket can be.
pub(super) async fn known_state(
    room: &Room,
    queue: &Queue,
    ticket: &JoinedTicket,
) -> Result<LineState, ApiError> {
    let state = room.statuses.of(ticket.key()).await?;
    if !matches!(state, LineState::Unknown | LineState::Missed) {
        return Ok(state);
    }
    let attaching = queue.attach(room.drop_id, room.header()?.epoch, &[*ticket]).await;
    let attached = attaching.inspect_err(|error| {
        if error.is_epoch() {
            room.distrust();
        }
    })?;
    Ok(match attached.outcomes.first() {
        Some(AttachOutcome::Attached) => LineState::Waiting,
        Some(AttachOutcome::Returned) => {
            CounterName::TicketsReturned.get().increment(1);
            LineState::Waiting
        }
        Some(AttachOutcome::Known(state)) => *state,
        Some(AttachOutcome::Replaced(_) | AttachOutcome::Refused(_)) => {
            LineState::Closed(CloseReason::Replaced)
        }
        Some(AttachOutcome::Ended(reason)) => LineState::Closed(*reason),
        Some(AttachOutcome::Impossible) | None => return Err(ApiError::TicketInvalid),
    })
}

/// What is shown of a ticket that was let in a moment ago and is not told yet: the first position,
/// and how many wait.
pub(super) fn first(room: &Room, ticket: &JoinedTicket) -> (u64, u64) {
    let waiting = room.read(|replica| replica.waiting_in(ticket.lane, ticket.intent.variant_id));
    (1, waiting.unwrap_or_default().max(1))
}

pub(super) fn view(
    room: &Room,
    ticket: &JoinedTicket,
    state: ShownState,
    position: Option<ShownPosition>,
    reason: Option<CloseReason>,
) -> TicketView {
    let point = room.read(Replica::point).unwrap_or_default();
    let point = position.map_or(point, |shown| shown.point);
    let rate = room.header().map_or(1.0, |header| header.config.admission_rate_per_second);
    let shown = (state == ShownState::Waiting).then(|| {
        position.map_or_else(|| first(room, ticket), |shown| (shown.position, shown.waiting))
    });
    let units = shown.and_then(|_| room.read(|replica| replica.units_of(ticket.intent.variant_id)));
    let units = units.flatten();
    let prospects = position.map(|shown| shown.prospects).unwrap_or_default();
    let notice = room.read(|replica| replica.notice().clone());
    let notice = notice.unwrap_or_else(|| RoomNotice::of_mode(DropMode::Running));
    TicketView {
        ticket_id: ticket.ticket_id,
        state,
        variant_id: ticket.intent.variant_id,
        lane: ticket.lane.0,
        epoch: point.epoch.0,
        evn: point.evn,
        position: shown.map(|(position, _)| position),
        waiting: shown.map(|(_, waiting)| waiting),
        units_left: units.map(|units| units.left),
        units_held: units.map(|units| units.held),
        eta_p50_s: prospects.eta_p50_s,
        eta_p90_s: prospects.eta_p90_s,
        eta_reason: prospects.eta_reason,
        odds_percent: prospects.odds_percent,
        standby: prospects.standby,
        rise: position.and_then(|shown| shown.rise),
        reason,
        refresh_after_ms: cadence::refresh_after_ms(position.map(|shown| shown.position), rate),
        mode: notice.mode,
        mode_until: notice.until,
        message: notice.message.as_deref().cloned(),
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
        variant_id: ticket.intent.variant_id,
        lane: ticket.lane.0,
        epoch: ticket.score.epoch().0,
        evn: 0,
        position: None,
        waiting: None,
        units_left: None,
        units_held: None,
        eta_p50_s: None,
        eta_p90_s: None,
        eta_reason: None,
        odds_percent: None,
        standby: false,
        rise: None,
        reason,
        refresh_after_ms: REFRESH_AFTER_THE_END_MS,
        mode: DropMode::Running,
        mode_until: None,
        message: None,
    })
}
