//! The cookie that brings a ticket back after a reload, as a response sets and removes it.

use crate::extract::ticket_cookie_name;
use axum::http::{HeaderName, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use shared::ids::DropId;
use std::time::Duration;

/// One header of a response.
type SetCookie = [(HeaderName, String); 1];

/// Keeps the ticket of a drop in the browser for as long as it is valid.
pub(super) fn set(drop_id: DropId, token: &str, ttl: Duration) -> SetCookie {
    let cookie = Cookie::build((ticket_cookie_name(drop_id), token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(ttl.try_into().unwrap_or_default());
    [(header::SET_COOKIE, cookie.to_string())]
}

/// Takes the ticket of a drop out of the browser.
pub(super) fn remove(drop_id: DropId) -> SetCookie {
    let cookie = Cookie::build(ticket_cookie_name(drop_id)).path("/").secure(true).removal();
    [(header::SET_COOKIE, cookie.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_kept_and_taken_out_by_the_same_name() {
        let drop_id = DropId::generate();
        let name = ticket_cookie_name(drop_id);
        let [(_, kept)] = set(drop_id, "token", Duration::from_secs(60));
        let rest = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60";
        assert_eq!(kept, format!("{name}=token; {rest}"));
        let [(_, removed)] = remove(drop_id);
        assert!(removed.starts_with(&format!("{name}=; Secure; Path=/; Max-Age=0")), "{removed}");
    }
}
