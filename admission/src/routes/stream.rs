//! Live positions: the upgrade to a WebSocket, and the same over server-sent events.

use super::{
    listener::{Listener, ListenerTicket},
    seen::SeenQuery,
};
use crate::{
    app::App,
    error::ApiError,
    extract::SUBPROTOCOL,
    socket::{DisconnectReason, Outlet, SocketUpgrade, sse, ws},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use edge::{Problem, Query, possession};
use shared::ids::DropId;
use std::sync::Arc;

/// Streams positions over a WebSocket with the subprotocol `sluice.v1`.
///
/// A ticket that is not valid is told by the close code 4501, since a browser can't read a problem
/// here; other faults are problems, such as `upgrade_required`.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/stream", tag = "streams", security(("ticket" = [])),
    params(("drop" = DropId, Path),
        ("seen" = Option<String>, Query, example = "1.77.42",
            description = "`<epoch>.<evn>.<position>` of what was seen last"),
        ("eta" = Option<String>, Query, example = "240",
            description = "`eta_p50_s` of what was seen last"),
        ("DPoP" = Option<String>, Header, description = "A proof of the key that the ticket is \
            bound to, if it is; a page offers it as the subprotocol `sluice.proof.<proof>`")),
    responses(
        (status = 101, description = "A WebSocket; each text message is a frame"), Problem)
)]
pub(crate) async fn socket(
    State(app): State<App>,
    Query(query): Query<SeenQuery>,
    ticket: Result<ListenerTicket, ApiError>,
    upgrade: SocketUpgrade,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.protocol(SUBPROTOCOL);
    let ticket = match ticket {
        Ok(ticket) => ticket,
        Err(error) => return refuse(error, upgrade, &app),
    };
    let listener = Listener::open(&app, ticket, query.seen()).await?;
    Ok(upgrade.on_upgrade(async move |socket| {
        let mut connection = ws::Connection::new(socket, Arc::clone(listener.outlet()));
        let (soft, hard) = (app.shutdown.soft(), app.shutdown.hard());
        let service = app.clone();
        // Waited for at a stop, so that everybody hears when to come back.
        service.shutdown.spawn(async move {
            connection.run(soft, hard, || restart(&app)).await;
            drop((connection, listener));
        });
    }))
}

/// Streams positions as server-sent events.
#[utoipa::path(
    get, path = "/v1/drops/{drop}/events", tag = "streams", security(("ticket" = [])),
    params(("drop" = DropId, Path),
        ("seen" = Option<String>, Query, example = "1.77.42",
            description = "`<epoch>.<evn>.<position>` of what was seen last"),
        ("eta" = Option<String>, Query, example = "240",
            description = "`eta_p50_s` of what was seen last"),
        ("proof" = Option<String>, Query, description = "A proof of the key that the ticket is \
            bound to, if it is; programs send the header `DPoP`")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream",
            description = "The data of each event is a frame"),
        Problem)
)]
pub(crate) async fn events(
    State(app): State<App>,
    Query(query): Query<SeenQuery>,
    ticket: ListenerTicket,
) -> Result<Response, ApiError> {
    let listener = Listener::open(&app, ticket, query.seen()).await?;
    let outlet = Arc::clone(listener.outlet());
    let stream = sse::stream(outlet, app.shutdown.soft(), listener);
    Ok(([(header::CACHE_CONTROL, "no-store")], stream).into_response())
}

/// A browser cannot read the answer to an upgrade that failed, so a ticket that is refused hears
/// it as a close code, as long as few do. Anything else is an ordinary problem.
fn refuse(error: ApiError, upgrade: SocketUpgrade, app: &App) -> Result<Response, ApiError> {
    let code = match error {
        ApiError::TicketInvalid | ApiError::TicketExpired | ApiError::TicketForeign => {
            error.status_and_code().1
        }
        ApiError::Problem(ref problem) if possession::is_unproven(problem) => problem.code(),
        error => return Err(error),
    };
    let Ok(slot) = Arc::clone(&app.refusal_slots).try_acquire_owned() else {
        return Err(error);
    };
    let (soft, hard) = (app.shutdown.soft(), app.shutdown.hard());
    Ok(upgrade.on_upgrade(async move |socket| {
        let outlet = Arc::new(Outlet::default());
        let reason = DisconnectReason::TicketInvalid(code);
        outlet.close(reason);
        ws::Connection::new(socket, outlet).run(soft, hard, || reason).await;
        drop(slot);
    }))
}

/// Spreads those who must come back: a thousand a second.
fn restart(app: &App) -> DisconnectReason {
    let free = app.socket_slots.available_permits() as u64;
    let spread_ms = u64::from(app.max_sockets).saturating_sub(free).clamp(1000, 30_000);
    DisconnectReason::Restart { retry_after_ms: 250 + rand::random_range(0..spread_ms) }
}
