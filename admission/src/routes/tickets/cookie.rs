//! The cookie that brings a ticket back after a reload, as a response sets and removes it.

use axum::http::{HeaderName, header};
use edge::ticket;
use shared::ids::DropId;
use std::time::Duration;

/// One header of a response.
pub(super) type SetCookie = [(HeaderName, String); 1];

/// Keeps the ticket of a drop in the browser.
pub(super) fn set(drop_id: DropId, token: &str, ttl: Duration) -> SetCookie {
    [(header::SET_COOKIE, ticket::set_cookie(drop_id, token, ttl))]
}

/// Takes the ticket of a drop out of the browser.
pub(super) fn remove(drop_id: DropId) -> SetCookie {
    [(header::SET_COOKIE, ticket::set_cookie(drop_id, "", Duration::ZERO))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_kept_longer_than_it_is_valid_and_taken_out_by_the_same_name() {
        let drop_id = DropId::generate();
        let name = ticket::cookie_name(drop_id);
        let [(_, kept)] = set(drop_id, "token", Duration::from_secs(60));
        let rest = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=";
        assert_eq!(kept, format!("{name}=token; {rest}120"));
        let [(_, removed)] = remove(drop_id);
        assert_eq!(removed, format!("{name}=; {rest}0"));
    }
}
