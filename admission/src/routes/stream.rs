//! Live places: the upgrade to a WebSocket, and the same over server-sent events.

use crate::{
    app::App,
    error::ApiError,
    extract::{PresentedTicket, TicketSource, ticket::SUBPROTOCOL},
    room::Room,
    socket::{CloseReason, Frame, Outlet, Seen, sse, ws},
};
use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::{Path, Problem, Query, origin::OriginVerdict};
use serde::Deserialize;
use shared::{
    credentials::TicketClaims,
    ids::{DropId, TicketId},
    telemetry::GaugeName,
};
use std::{sync::Arc, time::Instant};
use tokio::sync::OwnedSemaphorePermit;

/// Where a returning client was.
#[derive(Debug, Default, Deserialize)]
pub struct StreamQuery {
    seen: Option<String>,
}

/// Streams places over a WebSocket.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/stream", tag = "streams",
    params(("drop" = Uuid, Path), ("seen" = Option<String>, Query)),
    responses((status = 101), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn socket(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|rejection| not_an_upgrade(&rejection))?;
    let upgrade = ws::sized(upgrade).protocols([SUBPROTOCOL]);
    let listener = match listen(&app, drop_id, &query, &headers).await {
        Ok(listener) => listener,
        Err(error) => return refuse(error, upgrade, &app),
    };
    Ok(upgrade.on_upgrade(async move |socket| {
        let connection = ws::Connection::new(socket, Arc::clone(listener.outlet()));
        let shutdown = app.shutdown.clone();
        // Waited for at a stop, so that everybody hears when to come back.
        app.shutdown.clone().spawn(async move {
            let restart = || restart(&app);
            connection.run(shutdown.soft(), shutdown.hard(), restart).await;
            drop(listener);
        });
    }))
}

/// Streams places as server-sent events.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/events", tag = "streams",
    params(("drop" = Uuid, Path), ("seen" = Option<String>, Query)),
    responses(
        (status = 200, content_type = "text/event-stream"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub(crate) async fn events(
    State(app): State<App>,
    Path(drop_id): Path<DropId>,
    Query(query): Query<StreamQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let listener = listen(&app, drop_id, &query, &headers).await?;
    let outlet = Arc::clone(listener.outlet());
    let stream = sse::stream(outlet, app.shutdown.soft(), listener);
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// A connection's hold on the hub and on its place among all sockets.
struct Listener {
    seat: Seat,
    _slot: OwnedSemaphorePermit,
}

/// What a listener writes from.
enum Seat {
    InRoom {
        room: Arc<Room>,
        ticket_id: TicketId,
        outlet: Arc<Outlet>,
    },
    /// The drop is over: one frame, and the end.
    AfterTheEnd(Arc<Outlet>),
}

impl Listener {
    fn outlet(&self) -> &Arc<Outlet> {
        match &self.seat {
            Seat::InRoom { outlet, .. } | Seat::AfterTheEnd(outlet) => outlet,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        GaugeName::Sockets.get().decrement(1);
        if let Seat::InRoom { room, ticket_id, outlet } = &self.seat {
            room.hub.unsubscribe(*ticket_id, outlet);
        }
    }
}

/// Checks who asks and has them listen.
async fn listen(
    app: &App,
    drop_id: DropId,
    query: &StreamQuery,
    headers: &HeaderMap,
) -> Result<Listener, ApiError> {
    let verdict = app.origins.judge(headers);
    if verdict == OriginVerdict::Refused {
        return Err(ApiError::OriginRefused);
    }
    let ticket = PresentedTicket::read(app, headers, drop_id)?;
    // A browser adds cookies for any page: then the page must be named, and one of ours.
    if ticket.source == TicketSource::Cookie && !is_from_our_page(verdict, headers) {
        return Err(ApiError::OriginRefused);
    }
    app.looks.check(&ticket.claims.ticket.ticket_id)?;
    let slot = Arc::clone(&app.sockets).try_acquire_owned().map_err(|_| ApiError::Busy)?;
    let seat = seat(app, drop_id, ticket.claims, query).await?;
    GaugeName::Sockets.get().increment(1);
    Ok(Listener { seat, _slot: slot })
}

/// A page's own stream names its origin, or the browser says that it asks for its own site.
fn is_from_our_page(verdict: OriginVerdict, headers: &HeaderMap) -> bool {
    let upgrade = headers.contains_key(header::UPGRADE);
    let own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    verdict == OriginVerdict::Allowed || (!upgrade && own)
}

async fn seat(
    app: &App,
    drop_id: DropId,
    claims: TicketClaims,
    query: &StreamQuery,
) -> Result<Seat, ApiError> {
    let room = match app.rooms.find(drop_id).await {
        Ok(room) => room,
        Err(ApiError::Ended(reason)) => {
            let order =
                database::line::room_lookup::order_state(&app.pool, claims.ticket.ticket_id);
            let ordered = order.await.is_ok_and(|order| order.is_some());
            let outlet = Arc::new(Outlet::default());
            outlet.send(if ordered { Frame::Held } else { Frame::Closed { reason } });
            outlet.close(CloseReason::TicketClosed);
            return Ok(Seat::AfterTheEnd(outlet));
        }
        Err(error) => return Err(error),
    };
    let seen = query.seen.as_deref().and_then(|seen| seen.parse::<Seen>().ok());
    let outlet = room.hub.subscribe(claims, seen, Instant::now());
    Ok(Seat::InRoom { room, ticket_id: claims.ticket.ticket_id, outlet })
}

/// A browser cannot read the answer to an upgrade that failed, so a ticket that is refused hears
/// it as a close code. Anything else is an ordinary problem.
fn refuse(error: ApiError, upgrade: WebSocketUpgrade, app: &App) -> Result<Response, ApiError> {
    let code = match error {
        ApiError::TicketInvalid | ApiError::TicketExpired | ApiError::TicketForeign => {
            error.status_and_code().1
        }
        error => return Err(error),
    };
    let slot = Arc::clone(&app.sockets).try_acquire_owned().map_err(|_| ApiError::Busy)?;
    let (soft, hard) = (app.shutdown.soft(), app.shutdown.hard());
    Ok(upgrade.on_upgrade(async move |socket| {
        let outlet = Arc::new(Outlet::default());
        let reason = CloseReason::TicketInvalid(code);
        outlet.close(reason);
        ws::Connection::new(socket, outlet).run(soft, hard, || reason).await;
        drop(slot);
    }))
}

fn not_an_upgrade(rejection: &WebSocketUpgradeRejection) -> ApiError {
    let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required");
    ApiError::Problem(problem.detail(rejection.to_string()))
}

/// Spreads those who must come back: a thousand a second.
fn restart(app: &App) -> CloseReason {
    let open = u64::from(app.max_sockets).saturating_sub(app.sockets.available_permits() as u64);
    let spread_ms = open.clamp(1000, 30_000);
    CloseReason::Restart { retry_after_ms: 250 + rand::random_range(0..spread_ms) }
}
