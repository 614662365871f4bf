//! The way into several rooms in one call.
//!
//! Each room answers for itself, as if it had been asked alone, and counts as one join: a call is no
//! way around the limit, and one room that is full or not ready costs the others nothing.

use super::{
    cookie,
    join::{JoinBody, TicketResponse, join_room},
};
use crate::{app::App, error::ApiError};
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use edge::{CurrentShopper, Json, Problem};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use shared::ids::DropId;
use utoipa::ToSchema;

/// Rooms of one call, at most: as many joins as the default limit lets through at once.
const MAX_ROOMS: usize = 10;

/// The rooms that a shopper wants to join.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeveralBody {
    /// Each counts as one join.
    #[schema(min_items = 1, max_items = 10)]
    rooms: Vec<RoomJoin>,
}

/// One of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoomJoin {
    drop_id: DropId,
    /// As in a join of this room alone.
    join: JoinBody,
}

/// What became of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeveralResponse {
    /// In the order of the call.
    data: Vec<RoomAnswer>,
}

/// What one room answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoomAnswer {
    drop_id: DropId,
    /// The status that a join of this room alone would have had.
    #[schema(example = 201)]
    status: u16,
    /// The ticket, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<TicketResponse>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
    /// When asking this room again makes sense.
    #[schema(example = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// Joins the waiting rooms of several drops.
///
/// The answer is 200 whatever they say: look at each. Rooms that refused for now may be asked again
/// alone or together; a room that was joined already gives the same ticket.
#[utoipa::path(
    post, path = "/v1/joins", tag = "tickets", request_body = SeveralBody,
    security(("session" = []), ("session_cookie" = [])),
    responses(
        (status = 200, body = SeveralResponse, description = "What each room answered"), Problem)
)]
#[tracing::instrument(
    level = "debug", name = "handler.tickets.join_several", skip_all,
    fields(n_rooms = body.rooms.len())
)]
pub(crate) async fn join_several(
    State(app): State<App>,
    shopper: CurrentShopper,
    Json(body): Json<SeveralBody>,
) -> Result<Response, ApiError> {
    if !(1..=MAX_ROOMS).contains(&body.rooms.len()) {
        return Err(ApiError::RoomCount);
    }
    let data = join_all(body.rooms.iter().map(|room| join_one(&app, shopper, room))).await;
    let cookies = data.iter().filter_map(|answer| cookie_of(&app, answer));
    let cookies: Vec<_> = cookies.flatten().collect();
    Ok((AppendHeaders(cookies), Json(SeveralResponse { data })).into_response())
}

async fn join_one(app: &App, shopper: CurrentShopper, room: &RoomJoin) -> RoomAnswer {
    let drop_id = room.drop_id;
    match join_room(app, drop_id, shopper, &room.join).await {
        Ok((status, ticket)) => RoomAnswer {
            drop_id,
            status: status.as_u16(),
            ticket: Some(ticket),
            problem: None,
            retry_after_ms: None,
        },
        Err(error) => {
            let problem = error.into_problem();
            let pause = problem.pause().map(|pause| pause.as_millis() as u64);
            RoomAnswer {
                drop_id,
                status: problem.status().as_u16(),
                ticket: None,
                problem: Some(problem),
                retry_after_ms: pause,
            }
        }
    }
}

fn cookie_of(app: &App, answer: &RoomAnswer) -> Option<cookie::SetCookie> {
    let ticket = answer.ticket.as_ref()?;
    Some(cookie::set(answer.drop_id, &ticket.token, app.ticket_ttl))
}
