//! The ticket that a request presents: in a header, a WebSocket subprotocol or the drop's cookie.

use crate::error::ApiError;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use jiff::Timestamp;
use shared::{
    credentials::{CredentialError, Keyring, TicketClaims},
    ids::DropId,
};

/// The subprotocol that we speak.
pub(crate) const SUBPROTOCOL: &str = "sluice.v1";
const SUBPROTOCOL_TICKET: &str = "sluice.ticket.";
const TICKET_HEADER: &str = "sluice-ticket";

/// Where a ticket came from. A browser sends a cookie for any page that asks, the others only for
/// one that knows the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketSource {
    /// A header or a subprotocol.
    Given,
    /// The drop's cookie.
    Cookie,
}

/// A valid ticket of the drop that was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PresentedTicket {
    pub(crate) claims: TicketClaims,
    pub(crate) source: TicketSource,
}

/// Name of the cookie that holds the ticket of a drop.
pub(crate) fn ticket_cookie_name(drop_id: DropId) -> String {
    format!("__Host-sluice-ticket-{}", drop_id.to_string().replace('-', ""))
}

impl PresentedTicket {
    /// Takes the ticket of this drop out of the headers; fails if it is missing, forged, expired or
    /// of another drop.
    pub(crate) fn read(
        headers: &HeaderMap,
        drop_id: DropId,
        keys: &Keyring,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let (token, source) = find(headers, drop_id).ok_or(ApiError::TicketInvalid)?;
        let claims = TicketClaims::open(keys, &token, now.as_millisecond());
        let claims = claims.map_err(|error| match error {
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
