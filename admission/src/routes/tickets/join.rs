//! The way in.

use super::{State as TicketState, status};
use crate::{app::App, error::ApiError, extract::ticket_cookie_name, room::Room, socket::cadence};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use edge::{CurrentShopper, Json, Path, Problem};
use jiff::Timestamp;
use queue::{JoinOutcome, JoinRequest, RoomConfig, TicketPlace};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use shared::{
    credentials::TicketClaims,
    drops::check_units,
    ids::{DropId, TicketId, VariantId},
    messages::{EventPoint, JoinedTicket},
    telemetry::CounterName,
    tickets::{Intent, Lane},
};
use std::time::Duration;
use utoipa::ToSchema;

/// What a shopper wants.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinBody {
    /// The thing that is wanted.
    #[schema(value_type = Uuid)]
    variant_id: VariantId,
    /// How many. Any number can be read, so that a wrong one gets a code of its own.
    #[schema(value_type = u32, minimum = 1, example = 1)]
    units: Number,
}

/// A ticket, new or had before.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketResponse {
    /// The ticket; also the id of the order it may become.
    #[schema(value_type = Uuid)]
    ticket_id: TicketId,
    /// The credential: `Sluice-Ticket`.
    token: String,
    /// The number in line; never changes.
    queue_number: u64,
    /// Generation of the room's state.
    epoch: u32,
    /// Number of the last event that counts.
    evn: u64,
    /// Where it is.
    #[schema(value_type = String, example = "waiting")]
    state: TicketState,
    /// People ahead + 1, while it waits.
    place: Option<u64>,
    /// People who wait.
    waiting: Option<u64>,
    /// When it joined.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// When to ask again.
    refresh_after_ms: u64,
}

/// Joins the waiting room of a drop.
///
/// A shopper who joins twice gets the first ticket back, so neither a reload nor a retried request
/// costs a place in line.
#[utoipa::path(
    post, path = "/v1/drops/{drop}/tickets", tag = "tickets", request_body = JoinBody,
    params(("drop" = Uuid, Path)),
    responses(
        (status = 201, body = TicketResponse), (status = 200, body = TicketResponse),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem),
    )
)]
#[tracing::instrument(name = "handler.tickets.join", skip_all, fields(drop.id = %drop_id))]
pub(crate) async fn join(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    shopper: CurrentShopper,
    jar: CookieJar,
    Json(body): Json<JoinBody>,
) -> Result<Response, ApiError> {
    app.joins.check(&shopper.id)?;
    let room = app.rooms.find(drop_id).await?;
    let header = room.header()?;
    let intent = intent(&body, &header.config)?;
    let request = JoinRequest {
        ticket_id: TicketId::generate(),
        shopper_id: shopper.id,
        lane: Lane::default(),
        intent,
    };
    let (outcome, point) = room.joins.join(request).await?;
    let (status, ticket, place) = taken(outcome)?;
    let response = respond(&app, &room, ticket, place, point).await;
    let cookie = ticket_cookie(drop_id, response.token.clone(), app.ticket_ttl);
    Ok((status, jar.add(cookie), Json(response)).into_response())
}

/// Checks what is wanted against what the drop offers.
fn intent(body: &JoinBody, config: &RoomConfig) -> Result<Intent, ApiError> {
    if let Some(reason) = config.ended {
        return Err(ApiError::Ended(reason));
    }
    let units = match (body.units.as_u64(), config.max_units_per_ticket) {
        (None, _) => return Err(ApiError::NotUnits),
        (Some(units), max) => check_units(u32::try_from(units).unwrap_or(u32::MAX), max),
    };
    let units = units.map_err(ApiError::Units)?;
    if !config.variants.contains(&body.variant_id) {
        return Err(ApiError::UnknownVariant);
    }
    Ok(Intent { variant_id: body.variant_id, units })
}

fn taken(outcome: JoinOutcome) -> Result<(StatusCode, JoinedTicket, TicketPlace), ApiError> {
    match outcome {
        JoinOutcome::Joined(ticket) => {
            CounterName::TicketsJoined.get().increment(1);
            Ok((StatusCode::CREATED, ticket, TicketPlace::Waiting))
        }
        JoinOutcome::Existing(ticket, place) => Ok((StatusCode::OK, ticket, place)),
        JoinOutcome::NotOpenYet { opens_at_us } => {
            Err(ApiError::NotOpen { opens_at: Timestamp::from_microsecond(opens_at_us).ok() })
        }
        JoinOutcome::Ended(reason) => Err(ApiError::Ended(reason)),
        JoinOutcome::Stopped => Err(ApiError::Stopped),
        JoinOutcome::Full => Err(ApiError::RoomFull),
        JoinOutcome::Grace { .. } => {
            Err(ApiError::Rebuilding { retry_after: Duration::from_secs(2) })
        }
    }
}

async fn respond(
    app: &App,
    room: &Room,
    ticket: JoinedTicket,
    place: TicketPlace,
    point: EventPoint,
) -> TicketResponse {
    let state = match place {
        TicketPlace::Waiting | TicketPlace::InFlight { extended: false } => TicketState::Waiting,
        TicketPlace::InFlight { extended: true } => TicketState::Admitting,
        TicketPlace::Occupied => TicketState::Held,
    };
    // Exact from the event of the join on: by then everybody ahead is known here. The ticket may
    // be admitted or closed meanwhile; the next look tells.
    // A replica that lags must not turn a join that was made into a failure: then the ticket is
    // given without a place, and the next look tells it.
    let reached = state != TicketState::Waiting || room.reach(point).await.is_ok();
    let placed = room.placed(ticket.lane, ticket.score).filter(|_| reached);
    let rate = room.header().map_or(1.0, |header| header.config.admission_rate_per_second);
    let claims = TicketClaims {
        drop_id: room.drop_id,
        ticket,
        expires_at_ms: ticket.joined_at_ms + app.ticket_ttl.as_millis() as i64,
    };
    let shown = status::shown(state, placed, room).filter(|_| reached);
    TicketResponse {
        ticket_id: ticket.ticket_id,
        token: claims.seal(&app.ticket_keys),
        queue_number: ticket.score.number(),
        epoch: point.epoch.0,
        evn: placed.map_or(point.evn, |placed| placed.point.evn),
        state,
        place: shown.map(|(place, _)| place),
        waiting: shown.map(|(_, waiting)| waiting),
        joined_at: Timestamp::from_millisecond(ticket.joined_at_ms).unwrap_or_default(),
        refresh_after_ms: cadence::refresh_after_ms(placed.map(|placed| placed.place), rate),
    }
}

/// The cookie that brings the ticket back after a reload.
fn ticket_cookie(drop_id: DropId, token: String, ttl: Duration) -> Cookie<'static> {
    Cookie::build((ticket_cookie_name(drop_id), token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(ttl.try_into().unwrap_or_default())
        .build()
}
