//! The cookie that brings a ticket back after a reload, as a response sets and removes it.

use crate::extract::ticket_cookie_name;
use axum::http::{HeaderName, header};
use shared::ids::DropId;
use std::time::Duration;

/// One header of a response.
type SetCookie = [(HeaderName, String); 1];

/// Keeps the ticket of a drop in the browser, for twice as long as it is valid: one that has expired
/// is told so, and its page joins again, where one that is gone would look like none. A token has
/// no character that a cookie may not have.
pub(super) fn set(drop_id: DropId, token: &str, ttl: Duration) -> SetCookie {
    let (name, age_s) = (ticket_cookie_name(drop_id), ttl.as_secs().saturating_mul(2));
    let cookie = format!("{name}={token}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age={age_s}");
    [(header::SET_COOKIE, cookie)]
}

/// Takes the ticket of a drop out of the browser.
pub(super) fn remove(drop_id: DropId) -> SetCookie {
    let name = ticket_cookie_name(drop_id);
    [(header::SET_COOKIE, format!("{name}=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_kept_longer_than_it_is_valid_and_taken_out_by_the_same_name() {
        let drop_id = DropId::generate();
        let name = ticket_cookie_name(drop_id);
        let [(_, kept)] = set(drop_id, "token", Duration::from_secs(60));
        let rest = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=";
        assert_eq!(kept, format!("{name}=token; {rest}120"));
        let [(_, removed)] = remove(drop_id);
        assert_eq!(removed, format!("{name}=; {rest}0"));
    }
}
