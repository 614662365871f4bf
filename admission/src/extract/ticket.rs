//! The ticket that a request presents: in a header, a WebSocket subprotocol or the drop's cookie.

use crate::{app::App, error::ApiError};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, header, request::Parts},
};
use edge::{
    Path,
    ticket::{TICKET_HEADER, cookie_name},
};
use jiff::Timestamp;
use shared::{
    credentials::{CredentialError, Keyring, TicketClaims},
    ids::DropId,
};

/// The subprotocol that we speak.
pub(crate) const SUBPROTOCOL: &str = "sluice.v1";
const SUBPROTOCOL_TICKET: &str = "sluice.ticket.";

/// Where a ticket came from. A browser sends a cookie for any page that asks, the others only for
/// one that knows the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketSource {
    /// A header or a subprotocol.
    Given,
    /// The drop's cookie.
    Cookie,
}

/// A valid ticket of the drop that the path names, in the hands of whoever may use it.
///
/// One that is bound to a key needs a proof of that key with each request, or of the key that its own
/// shopper's session is bound to: so a place goes on on another device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PresentedTicket {
    pub(crate) claims: TicketClaims,
    pub(crate) source: TicketSource,
}

impl FromRequestParts<App> for PresentedTicket {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Path(drop_id) = Path::<DropId>::from_request_parts(parts, app).await?;
        let presented = Self::read(&parts.headers, drop_id, &app.ticket_keys, app.clock.now())?;
        check_possession(&presented.claims, parts, app)?;
        Ok(presented)
    }
}

fn check_possession(claims: &TicketClaims, parts: &Parts, app: &App) -> Result<(), ApiError> {
    let Some(key) = claims.key else { return Ok(()) };
    let session = app.sessions.verify(&parts.headers).ok();
    let own = session.filter(|shopper| shopper.id == claims.ticket.shopper_id);
    let of_session = own.and_then(|shopper| shopper.key).unwrap_or(key);
    Ok(app.possession.check(parts, &[key, of_session])?)
}

impl PresentedTicket {
    /// Takes the ticket of this drop out of the headers; fails if it is missing, forged, expired or
    /// of another drop.
    fn read(
        headers: &HeaderMap,
        drop_id: DropId,
        keys: &Keyring,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let (token, source) = find(headers, drop_id).ok_or(ApiError::TicketInvalid)?;
        let claims = TicketClaims::open(keys, token, now.as_millisecond());
        let claims = claims.map_err(|error| match error {
            CredentialError::Invalid => ApiError::TicketInvalid,
            CredentialError::Expired => ApiError::TicketExpired,
            CredentialError::UnknownKey => ApiError::TicketKeyUnknown,
        })?;
        if claims.drop_id != drop_id {
            return Err(ApiError::TicketForeign);
        }
        Ok(Self { claims, source })
    }
}

/// The first token there is, and where. One that was given counts before a cookie.
fn find(headers: &HeaderMap, drop_id: DropId) -> Option<(&str, TicketSource)> {
    if let Some(given) = headers.get(TICKET_HEADER) {
        return Some((given.to_str().unwrap_or_default().trim(), TicketSource::Given));
    }
    let mut protocols = parts(headers, &header::SEC_WEBSOCKET_PROTOCOL, ',');
    if let Some(token) = protocols.find_map(|one| one.strip_prefix(SUBPROTOCOL_TICKET)) {
        return Some((token, TicketSource::Given));
    }
    let name = cookie_name(drop_id);
    let mut cookies = parts(headers, &header::COOKIE, ';');
    let token = cookies.find_map(|one| one.strip_prefix(&name)?.strip_prefix('='))?;
    Some((token, TicketSource::Cookie))
}

/// What stands between the separators in all headers of this name.
fn parts<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    separator: char,
) -> impl Iterator<Item = &'h str> + use<'h> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(move |value| value.split(separator)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn what_was_given_counts_before_the_cookie_of_the_drop() {
        let drop_id = DropId::generate();
        let mut headers = HeaderMap::new();
        let mut found_with = |name: HeaderName, value: &str| {
            headers.append(name, HeaderValue::from_str(value).unwrap());
            find(&headers, drop_id).map(|(token, source)| (token.to_owned(), source))
        };

        let foreign = format!("a=b; {}=x", cookie_name(DropId::generate()));
        assert_eq!(found_with(header::COOKIE, &foreign), None);
        let cookie = format!("a=b; {}=c; d", cookie_name(drop_id));
        let of_cookie = Some(("c".to_owned(), TicketSource::Cookie));
        assert_eq!(found_with(header::COOKIE, &cookie), of_cookie);

        let protocols = "sluice.v1, sluice.ticket.p";
        let of_protocol = Some(("p".to_owned(), TicketSource::Given));
        assert_eq!(found_with(header::SEC_WEBSOCKET_PROTOCOL, protocols), of_protocol);
        let of_header = Some(("h".to_owned(), TicketSource::Given));
        assert_eq!(found_with(TICKET_HEADER, " h "), of_header);
    }
}
