//! Where a browser or a program has its ticket: in the drop's cookie, or in a header.
//!
//! What a ticket says is checked elsewhere; here it is a text that our tokens have nothing to escape in.

use crate::session::cookie;
use axum::http::{HeaderMap, HeaderName};
use shared::ids::DropId;
use std::time::Duration;

/// The header with which a program sends its ticket.
pub const TICKET_HEADER: HeaderName = HeaderName::from_static("sluice-ticket");

/// Returns the name of the cookie that holds the ticket of a drop. The prefix binds it to this host, to
/// `/` and to secure transport.
#[must_use]
pub fn cookie_name(drop_id: DropId) -> String {
    format!("__Host-sluice-ticket-{}", drop_id.as_uuid().simple())
}

/// Returns the `Set-Cookie` that keeps the ticket of a drop in the browser, for twice as long as tickets
/// are valid: one that has expired is told so, and its page joins again, where one that is gone would look
/// like none.
#[must_use]
pub fn set_cookie(drop_id: DropId, token: &str, ticket_ttl: Duration) -> String {
    let (name, age_s) = (cookie_name(drop_id), ticket_ttl.as_secs().saturating_mul(2));
    format!("{name}={token}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age={age_s}")
}

/// Returns the ticket that was sent for a drop, in the header or else in the cookie.
#[must_use]
pub fn sent(headers: &HeaderMap, drop_id: DropId) -> Option<&str> {
    match headers.get(TICKET_HEADER) {
        Some(given) => given.to_str().ok().map(str::trim),
        None => cookie(headers, &cookie_name(drop_id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header};

    #[test]
    fn what_was_given_counts_before_the_cookie_of_the_drop() {
        let drop_id = DropId::generate();
        let name = cookie_name(drop_id);
        let kept = set_cookie(drop_id, "c", Duration::from_secs(60));
        let attributes = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=120";
        assert_eq!(kept, format!("{name}=c; {attributes}"));
        let mut headers = HeaderMap::new();
        assert_eq!(sent(&headers, drop_id), None);
        let cookies = format!("{name}=c; {}=d", cookie_name(DropId::generate()));
        headers.insert(header::COOKIE, HeaderValue::from_str(&cookies).unwrap());
        assert_eq!(sent(&headers, drop_id), Some("c"));
        headers.insert(TICKET_HEADER, HeaderValue::from_static(" h "));
        assert_eq!(sent(&headers, drop_id), Some("h"));
    }
}
