//! The ticket that a request presents: in a header, a WebSocket subprotocol or the drop's cookie.

use crate::{app::App, error::ApiError};
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use shared::{
    credentials::{CredentialError, TicketClaims},
    ids::DropId,
};

/// Subprotocol that we speak.
pub const SUBPROTOCOL: &str = "sluice.v1";
const SUBPROTOCOL_TICKET: &str = "sluice.ticket.";
const TICKET_HEADER: &str = "sluice-ticket";

/// Where a ticket came from. A browser sends a cookie for any page that asks, the others only for
/// one that knows the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketSource {
    /// A header or a subprotocol.
    Given,
    /// The drop's cookie.
    Cookie,
}

/// A ticket of ours, of the drop that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct PresentedTicket {
    /// What it says.
    pub claims: TicketClaims,
    /// Where it came from.
    pub source: TicketSource,
}

/// Name of the cookie that holds the ticket of a drop.
#[must_use]
pub fn ticket_cookie_name(drop_id: DropId) -> String {
    format!("__Host-sluice-ticket-{}", drop_id.as_uuid().simple())
}

impl PresentedTicket {
    /// Takes the ticket of this drop out of the headers.
    ///
    /// # Errors
    ///
    /// Returns that it is missing, forged, expired or of another drop.
    pub fn read(app: &App, headers: &HeaderMap, drop_id: DropId) -> Result<Self, ApiError> {
        let (token, source) = find(headers, drop_id).ok_or(ApiError::TicketInvalid)?;
        let now_ms = app.clock.now().as_millisecond();
        let claims =
            TicketClaims::open(&app.ticket_keys, &token, now_ms).map_err(|error| match error {
                CredentialError::Invalid => ApiError::TicketInvalid,
                CredentialError::Expired => ApiError::TicketExpired,
            })?;
        if claims.drop_id != drop_id {
            return Err(ApiError::TicketForeign);
        }
        Ok(Self { claims, source })
    }
}

fn find(headers: &HeaderMap, drop_id: DropId) -> Option<(String, TicketSource)> {
    if let Some(given) = headers.get(TICKET_HEADER) {
        return Some((given.to_str().unwrap_or_default().trim().to_owned(), TicketSource::Given));
    }
    let protocols = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut protocols =
        protocols.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    if let Some(token) = protocols.find_map(|one| one.trim().strip_prefix(SUBPROTOCOL_TICKET)) {
        return Some((token.to_owned(), TicketSource::Given));
    }
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(&ticket_cookie_name(drop_id))?;
    Some((cookie.value().to_owned(), TicketSource::Cookie))
}
