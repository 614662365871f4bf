//! The way in.

use super::{
    cookie::{self, SetCookie},
    lane::{self, Entrant},
    status,
};
use crate::{app::App, error::ApiError, extract::JoinedDrop, room::Room, socket::cadence};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use edge::{CurrentShopper, Json, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use shared::{
    credentials::{KeyThumbprint, TicketClaims},
    drops::check_units,
    ids::{DropId, TicketId, VariantId},
    line::{
        EventPoint, Intent, JoinOutcome, JoinRequest, JoinedTicket, LiveState, Position,
        RoomConfig, ShownState,
    },
};
use std::time::Duration;
use utoipa::ToSchema;

/// What a shopper wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JoinBody {
    /// One of those that the drop sells.
    variant_id: VariantId,
    /// How many units; left out where the drop's fulfilment is `checkout`: there the ticket is for as
    /// many as it may have, and the shopper chooses once they are held. Any number can be read, so that
    /// a wrong one gets a code of its own.
    #[schema(value_type = Option<u32>, minimum = 1, example = 1)]
    units: Option<Number>,
    /// What the storefront gave for a code: opens the code's lane. Without it, the normal lane.
    #[schema(max_length = 200, pattern = "^[A-Za-z0-9_-]+$")]
    lane_grant: Option<String>,
}

/// A ticket, new or had before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketResponse {
    /// Also the id of the order that the ticket may become.
    ticket_id: TicketId,
    /// The credential: send it as `Sluice-Ticket`. It is bound to the key of the session, if that is.
    pub(super) token: String,
    /// Given at the join; never changes.
    #[schema(example = 1042)]
    queue_number: u64,
    /// Generation of the room's state.
    epoch: u32,
    /// Number of the last room event that the answer takes into account.
    evn: u64,
    state: ShownState,
    /// What it waits for.
    variant_id: VariantId,
    /// The lane it stands in; 0 is the normal one.
    lane: u8,
    /// People ahead + 1, while the ticket waits.
    #[schema(example = 42)]
    position: Option<u64>,
    /// People waiting for the same, while the ticket does.
    waiting: Option<u64>,
    joined_at: Timestamp,
    /// When to ask again.
    refresh_after_ms: u64,
}

/// A ticket as the line gave it.
struct TakenTicket {
    status: StatusCode,
    ticket: JoinedTicket,
    state: ShownState,
    /// While it waits.
    position: Option<Position>,
}

/// Joins the waiting room of a drop.
///
/// A shopper who joins twice gets the first ticket back, so neither a reload nor a retried request
/// costs the position in line.
#[utoipa::path(
    post, path = "/v1/drops/{drop}/tickets", tag = "tickets", request_body = JoinBody,
    security(("session" = []), ("session_cookie" = [])), params(("drop" = DropId, Path)),
    responses(
        (status = 201, body = TicketResponse, description = "A new ticket"),
        (status = 200, body = TicketResponse, description = "The ticket that the shopper had"),
        Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.join", skip_all, fields(drop.id = %drop_id)
)]
pub(crate) async fn join(
    State(app): State<App>,
    JoinedDrop(drop_id): JoinedDrop,
    shopper: CurrentShopper,
    Json(body): Json<JoinBody>,
) -> Result<Response, ApiError> {
    let (status, ticket) = join_room(&app, drop_id, shopper, &body).await?;
    let cookie = cookie::set(drop_id, &ticket.token, app.ticket_ttl);
    Ok((status, cookie, Json(ticket)).into_response())
}

/// Joins as a form asks for it, in the normal lane, and returns the cookie that keeps the ticket.
pub(in crate::routes) async fn join_by_form(
    app: &App,
    drop_id: DropId,
    shopper: CurrentShopper,
    variant_id: VariantId,
    units: Option<u32>,
) -> Result<SetCookie, ApiError> {
    let body = JoinBody { variant_id, units: units.map(Number::from), lane_grant: None };
    let (_, ticket) = join_room(app, drop_id, shopper, &body).await?;
    Ok(cookie::set(drop_id, &ticket.token, app.ticket_ttl))
}

/// Puts a shopper into the line of one room, or finds the ticket that they have there.
pub(super) async fn join_room(
    app: &App,
    drop_id: DropId,
    shopper: CurrentShopper,
    body: &JoinBody,
) -> Result<(StatusCode, TicketResponse), ApiError> {
    let room = app.rooms.find(drop_id).await?;
    let header = room.header()?;
    // Counts until the answer is made.
    let _under_way = app.join_load.enter(&drop_id)?;
    // Neither an overload nor a room that is not ready costs the shopper any of their joins.
    app.join_limiter.check(&shopper.id)?;
    let intent = intent(body, &header.config)?;
    if header.config.members_of.is_some_and(|seller| shopper.member_of != Some(seller)) {
        return Err(ApiError::MembersOnly);
    }
    let entrant = Entrant { drop_id, shopper_id: shopper.id, grant: body.lane_grant.as_deref() };
    let lane = lane::of(app, &header, entrant).await?;
    let request =
        JoinRequest { ticket_id: TicketId::generate(), shopper_id: shopper.id, lane, intent };
    let (outcome, point) = room.joins.join(request).await?;
    let taken = taken(outcome, app.clock.now())?;
    let rate = header.config.admission_rate_per_second;
    let response = respond(app, &room, &taken, point, rate, shopper.key);
    let again = Duration::from_millis(response.refresh_after_ms);
    room.note_poll(response.ticket_id, response.position, again);
    Ok((taken.status, response))
}

/// Checks what is wanted against what the drop offers.
fn intent(body: &JoinBody, config: &RoomConfig) -> Result<Intent, ApiError> {
    if let Some(reason) = config.ended {
        return Err(ApiError::Ended(reason));
    }
    let units = match (&body.units, config.takes_most) {
        (None, true) => config.max_units_per_ticket,
        (Some(_), true) => return Err(ApiError::UnitsLater),
        (asked, false) => units(asked.as_ref(), config.max_units_per_ticket)?,
    };
    if !config.variants.contains(&body.variant_id) {
        return Err(ApiError::UnknownVariant);
    }
    Ok(Intent { variant_id: body.variant_id, units })
}

fn units(asked: Option<&Number>, max_per_ticket: u32) -> Result<u32, ApiError> {
    let units = asked.and_then(Number::as_u64).ok_or(ApiError::NotUnits)?;
    let units = u32::try_from(units).unwrap_or(u32::MAX);
    check_units(units, max_per_ticket).map_err(ApiError::Units)
}

fn taken(outcome: JoinOutcome, now: Timestamp) -> Result<TakenTicket, ApiError> {
    match outcome {
        JoinOutcome::Joined(ticket, position) => Ok(TakenTicket {
            status: StatusCode::CREATED,
            ticket,
            state: LiveState::Waiting.shown(),
            position: Some(position),
        }),
        JoinOutcome::Existing(ticket, live, position) => {
            Ok(TakenTicket { status: StatusCode::OK, ticket, state: live.shown(), position })
        }
        JoinOutcome::NotOpenYet { opens_at_us } => {
            Err(ApiError::NotOpen { opens_at: Timestamp::from_microsecond(opens_at_us).ok() })
        }
        JoinOutcome::Ended(reason) => Err(ApiError::Ended(reason)),
        JoinOutcome::Stopped => Err(ApiError::Stopped),
        JoinOutcome::Held => Err(ApiError::Held),
        JoinOutcome::Draining => Err(ApiError::Draining),
        JoinOutcome::Maintenance { until_us } => {
            let until = until_us.and_then(|at| Timestamp::from_microsecond(at).ok());
            Err(ApiError::maintenance(until, now))
        }
        JoinOutcome::Full => Err(ApiError::RoomFull),
        JoinOutcome::Cooling { until_us } => Err(cooling_down(until_us, now)),
        JoinOutcome::Grace { .. } => {
            Err(ApiError::Rebuilding { retry_after: Duration::from_secs(2) })
        }
    }
}

fn cooling_down(until_us: i64, now: Timestamp) -> ApiError {
    let left_us = until_us.saturating_sub(now.as_microsecond()).max(1).unsigned_abs();
    ApiError::CoolingDown {
        until: Timestamp::from_microsecond(until_us).ok(),
        retry_after: Duration::from_micros(left_us),
    }
}

/// Answers with what the line said, which is exact with the event `point`: no replica is asked, and
/// this instance may have none yet. The token is bound to `key`, if there is one.
fn respond(
    app: &App,
    room: &Room,
    taken: &TakenTicket,
    point: EventPoint,
    rate: f64,
    key: Option<KeyThumbprint>,
) -> TicketResponse {
    let TakenTicket { ticket, state, position, .. } = taken;
    let told = position.map(|position| (position.position, position.waiting));
    let shown = (*state == ShownState::Waiting)
        .then(|| told.unwrap_or_else(|| status::first(room, ticket)));
    // From now on: one who comes back after a day gets a ticket that is valid for another.
    let expires_at_ms = app.clock.now().as_millisecond() + app.ticket_ttl.as_millis() as i64;
    let claims = TicketClaims { drop_id: room.drop_id, ticket: *ticket, expires_at_ms, key };
    TicketResponse {
        ticket_id: ticket.ticket_id,
        token: claims.seal(&app.ticket_keys),
        queue_number: ticket.score.number(),
        epoch: point.epoch.0,
        evn: point.evn,
        state: *state,
        variant_id: ticket.intent.variant_id,
        lane: ticket.lane.0,
        position: shown.map(|(position, _)| position),
        waiting: shown.map(|(_, waiting)| waiting),
        joined_at: Timestamp::from_millisecond(ticket.joined_at_ms).unwrap_or_default(),
        refresh_after_ms: cadence::refresh_after_ms(told.map(|(position, _)| position), rate),
    }
}
