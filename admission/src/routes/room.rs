//! A room in numbers, for everybody.

use crate::{app::App, error::ApiError, room::Replica};
use axum::{extract::State, http::header, response::IntoResponse};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drops::{DropMode, DropState},
    ids::DropId,
};
use utoipa::ToSchema;

/// A room as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomView {
    /// The drop.
    #[schema(value_type = Uuid)]
    drop_id: DropId,
    /// Where it is in its life.
    #[schema(value_type = String, example = "open")]
    state: DropState,
    /// What the operator lets it do.
    #[schema(value_type = String, example = "running")]
    mode: DropMode,
    /// People who wait.
    waiting: u64,
    /// How many are let in per second.
    admission_rate_per_second: f64,
    /// When it opens.
    #[schema(value_type = String, format = DateTime)]
    opens_at: Option<Timestamp>,
    /// When it closes.
    #[schema(value_type = Option<String>, format = DateTime)]
    closes_at: Option<Timestamp>,
    /// The operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What time it is here.
    #[schema(value_type = String, format = DateTime)]
    server_time: Timestamp,
}

/// Tells how a room is doing. May be cached for a second.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/room", tag = "rooms", params(("drop" = Uuid, Path)),
    responses(
        (status = 200, body = RoomView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 503, body = Problem),
    )
)]
pub(crate) async fn room(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
) -> Result<impl IntoResponse, ApiError> {
    let room = app.rooms.find(drop_id).await?;
    let header = room.header()?;
    let config = &header.config;
    let said = room.read(|replica| (replica.mode(), replica.message().map(ToString::to_string)));
    let (mode, message) = said.unwrap_or((config.mode, config.message.clone()));
    let now = app.clock.now();
    let ended = room.read(Replica::ended).flatten().or(config.ended);
    let view = RoomView {
        drop_id,
        state: state(ended, now.as_microsecond() < config.opens_at_us),
        mode,
        waiting: room.read(Replica::waiting).unwrap_or_default(),
        admission_rate_per_second: config.admission_rate_per_second,
        opens_at: Timestamp::from_microsecond(config.opens_at_us).ok(),
        closes_at: config.closes_at_us.and_then(|at| Timestamp::from_microsecond(at).ok()),
        message,
        server_time: now,
    };
    Ok(([(header::CACHE_CONTROL, "public, max-age=1")], Json(view)))
}

fn state(ended: Option<shared::drops::CloseReason>, early: bool) -> DropState {
    use shared::drops::CloseReason;
    match ended {
        Some(CloseReason::SoldOut | CloseReason::NotEnough) => DropState::SoldOut,
        Some(CloseReason::Cancelled) => DropState::Cancelled,
        Some(CloseReason::Closed | CloseReason::Replaced) => DropState::Closed,
        None if early => DropState::Scheduled,
        None => DropState::Open,
    }
}
