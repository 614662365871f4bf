//! The cookie that a visitor has while they are inside.

use crate::{ApiError, App, routes::pass::tokens, site::Site};
use axum::http::HeaderMap;
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use database::selling::passes::Pass;
use shared::{
    credentials::{PassClaims, PassPurpose},
    ids::DropId,
    lifecycle::TicketState,
};
use std::time::Duration;

/// The gate of one site, as a browser meets it.
pub(super) struct Gate<'a> {
    pub(super) app: &'a App,
    pub(super) drop_id: DropId,
    pub(super) site: &'a Site,
}

impl Gate<'_> {
    /// Reads the visit that a browser's cookie tells of, whether it still goes on or not.
    pub(super) fn visit(&self, headers: &HeaderMap) -> Option<PassClaims> {
        let jar = CookieJar::from_headers(headers);
        let token = jar.get(&self.cookie_name())?.value();
        tokens::open(self.app, token, PassPurpose::Visit, self.drop_id).ok()
    }

    /// Finds the visit of a browser that is inside.
    pub(super) async fn visit_inside(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<PassClaims>, ApiError> {
        let Some(visit) = self.visit(headers) else { return Ok(None) };
        let question = self.app.batches.find_pass_state(self.drop_id, visit.jti);
        let state = self.app.pass_states.get(visit.jti, question).await?;
        Ok(Some(visit).filter(|_| state == Some(TicketState::Redeemed)))
    }

    /// Returns the cookie of a visit that begins.
    pub(super) fn begin(&self, pass: &Pass) -> CookieJar {
        let left = pass.expires_at.map(|until| until.duration_since(self.app.now()));
        let left = left.and_then(|left| Duration::try_from(left).ok()).unwrap_or_default();
        self.jar(tokens::for_visit(self.app, pass), left)
    }

    /// Returns what takes the cookie away.
    pub(super) fn end(&self) -> CookieJar {
        self.jar(String::new(), Duration::ZERO)
    }

    fn jar(&self, token: String, left: Duration) -> CookieJar {
        let cookie = Cookie::build((self.cookie_name(), token))
            .path("/")
            .secure(self.site.is_secure())
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(left.try_into().unwrap_or_default());
        CookieJar::new().add(cookie.build())
    }

    /// Two sites may share a host. The prefix binds the cookie to it and to secure transport, and
    /// browsers refuse it without.
    fn cookie_name(&self) -> String {
        let prefix = if self.site.is_secure() { "__Host-" } else { "" };
        format!("{prefix}sluice-pass-{}", hex::encode(&self.drop_id.as_bytes()[..4]))
    }
}
