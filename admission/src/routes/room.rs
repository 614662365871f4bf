//! A room in numbers, for everybody.

use crate::{app::App, error::ApiError, room::Replica};
use axum::{extract::State, http::header, response::IntoResponse};
use edge::{Json, Path, Problem};
use jiff::Timestamp;
use serde::Serialize;
use shared::{
    drop_message::DropMessage,
    drops::{CloseReason, DropMode, DropState},
    ids::DropId,
    line::EventPoint,
};
use utoipa::ToSchema;

/// A room as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoomView {
    drop_id: DropId,
    state: DropState,
    /// What the seller or an operator lets the room do.
    mode: DropMode,
    /// When maintenance is said to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode_until: Option<Timestamp>,
    /// People waiting.
    #[schema(example = 263)]
    waiting: u64,
    /// Tickets admitted per second.
    #[schema(example = 50.0)]
    admission_rate_per_second: f64,
    opens_at: Option<Timestamp>,
    /// `null` for no end.
    closes_at: Option<Timestamp>,
    /// The seller's or an operator's message to those who wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<DropMessage>,
    /// For countdowns: the shopper's clock may be wrong.
    server_time: Timestamp,
}

/// Shows how a room is doing. May be cached for a second.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/room", tag = "rooms", params(("drop" = DropId, Path)),
    responses((status = 200, body = RoomView, description = "The room as it is"), Problem)
)]
pub(crate) async fn room(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
) -> Result<impl IntoResponse, ApiError> {
    let room = app.rooms.find(drop_id).await?;
    let header = room.header()?;
    // While a snapshot is being taken, nobody would seem to wait.
    room.reach(EventPoint::default()).await?;
    let config = &header.config;
    let notice = room.read(|replica| replica.notice().clone()).unwrap_or_else(|| config.into());
    let now = app.clock.now();
    let ended = room.read(Replica::ended).flatten().or(config.ended);
    let view = RoomView {
        drop_id,
        state: state(ended, now.as_microsecond() < config.opens_at_us),
        mode: notice.mode,
        mode_until: notice.until,
        waiting: room.read(Replica::waiting).unwrap_or_default(),
        admission_rate_per_second: config.admission_rate_per_second,
        opens_at: Timestamp::from_microsecond(config.opens_at_us).ok(),
        closes_at: config.closes_at_us.and_then(|at| Timestamp::from_microsecond(at).ok()),
        message: notice.message.as_deref().cloned(),
        server_time: now,
    };
    Ok(([(header::CACHE_CONTROL, "public, max-age=1")], Json(view)))
}

fn state(ended: Option<CloseReason>, is_early: bool) -> DropState {
    match ended {
        Some(CloseReason::SoldOut | CloseReason::NotEnough) => DropState::SoldOut,
        Some(CloseReason::Cancelled) => DropState::Cancelled,
        Some(CloseReason::Closed | CloseReason::Replaced) => DropState::Closed,
        None if is_early => DropState::Scheduled,
        None => DropState::Open,
    }
}
