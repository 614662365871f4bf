//! Who may listen to a stream, and the seat that a listener holds while it does.

use crate::{
    app::App,
    error::ApiError,
    extract::{PresentedTicket, TicketSource},
    room::RoomError,
    socket::{DisconnectReason, Frame, Outlet, Seen, Subscription},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use database::line::room_lookup;
use edge::{AllowedOrigins, origin::OriginVerdict};
use shared::{credentials::TicketClaims, drops::CloseReason, telemetry::GaugeName};
use std::{sync::Arc, time::Instant};
use tokio::sync::OwnedSemaphorePermit;

/// The ticket of somebody who may listen to what becomes of it.
pub(crate) struct ListenerTicket(TicketClaims);

/// A connection's seat, and its slot among all sockets.
pub(super) struct Listener {
    seat: Seat,
    _slot: OwnedSemaphorePermit,
}

/// What a listener writes from.
enum Seat {
    InRoom(Subscription),
    /// The drop is over: one frame, and the end.
    AfterTheEnd(Arc<Outlet>),
}

impl FromRequestParts<App> for ListenerTicket {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let verdict = app.origins.judge(&parts.headers);
        if verdict == OriginVerdict::Refused {
            return Err(AllowedOrigins::refusal().into());
        }
        let presented = PresentedTicket::from_request_parts(parts, app).await?;
        // A browser adds cookies for any page: then the page must be named, and one of ours.
        let is_cookie = presented.source == TicketSource::Cookie;
        if is_cookie && !is_from_our_page(verdict, &parts.headers) {
            return Err(AllowedOrigins::refusal().into());
        }
        Ok(Self(presented.claims))
    }
}

impl Listener {
    /// Takes a seat. `seen` is what a returning client saw last.
    pub(super) async fn open(
        app: &App,
        ListenerTicket(claims): ListenerTicket,
        seen: Option<Seen>,
    ) -> Result<Self, ApiError> {
        app.look_limiter.check(&claims.ticket.ticket_id)?;
        let slots = Arc::clone(&app.socket_slots);
        let slot = slots.try_acquire_owned().map_err(|_| ApiError::Busy)?;
        let seat = seat(app, claims, seen).await?;
        GaugeName::Sockets.get().increment(1);
        Ok(Self { seat, _slot: slot })
    }

    pub(super) fn outlet(&self) -> &Arc<Outlet> {
        match &self.seat {
            Seat::InRoom(subscription) => subscription.outlet(),
            Seat::AfterTheEnd(outlet) => outlet,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        GaugeName::Sockets.get().decrement(1);
    }
}

/// A page's own stream names its origin, or the browser says that it asks for its own site.
fn is_from_our_page(verdict: OriginVerdict, headers: &HeaderMap) -> bool {
    let is_upgrade = headers.contains_key(header::UPGRADE);
    let is_own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
    verdict == OriginVerdict::Allowed || (!is_upgrade && is_own)
}

async fn seat(app: &App, claims: TicketClaims, seen: Option<Seen>) -> Result<Seat, ApiError> {
    match app.rooms.find(claims.drop_id).await {
        Ok(room) => Ok(Seat::InRoom(app.hubs.subscribe(room, claims, seen, Instant::now()))),
        Err(RoomError::Ended(reason)) => {
            Ok(Seat::AfterTheEnd(after_the_end(app, &claims, reason).await))
        }
        Err(error) => Err(error.into()),
    }
}

/// The last frame of a ticket whose drop is over: it became an order, or was closed.
async fn after_the_end(app: &App, claims: &TicketClaims, reason: CloseReason) -> Arc<Outlet> {
    let ticket_id = claims.ticket.ticket_id;
    let order = room_lookup::order_state(&app.pool, claims.drop_id, ticket_id).await;
    let is_ordered = order.is_ok_and(|order| order.is_some());
    let outlet = Arc::new(Outlet::default());
    outlet.send(if is_ordered { Frame::Held } else { Frame::Closed { reason } });
    outlet.close(DisconnectReason::TicketClosed);
    outlet
}
