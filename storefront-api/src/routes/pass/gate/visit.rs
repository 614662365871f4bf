//! The cookie that a visitor has while they are inside.

use crate::{
    ApiError, App,
    routes::pass::{
        lookup::{self, FoundSite},
        tokens,
    },
};
use axum::http::HeaderMap;
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use database::selling::passes::Pass;
use jiff::Timestamp;
use shared::{
    credentials::{EntryReason, PassClaims, PassPurpose},
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use std::time::Duration;

/// The gate of one site, as a browser meets it.
pub(super) struct Gate<'a> {
    pub(super) app: &'a App,
    pub(super) drop_id: DropId,
    pub(super) found: FoundSite,
}

impl<'a> Gate<'a> {
    /// Finds the gate of the site that a drop stands before.
    pub(super) async fn find(app: &'a App, drop_id: DropId) -> Result<Self, ApiError> {
        Ok(Self { app, drop_id, found: lookup::site_of(app, drop_id).await? })
    }

    /// Reads the visit that a browser's cookie tells of, whether it still goes on or not.
    pub(super) fn visit(&self, headers: &HeaderMap) -> Option<PassClaims> {
        let jar = CookieJar::from_headers(headers);
        let token = jar.get(&self.cookie_name())?.value();
        tokens::open(self.app, token, PassPurpose::Visit, self.drop_id).ok()
    }

    /// Finds the visit of a browser that is inside. One that began without a line is in no row that
    /// could end it: it goes on until its time is over.
    pub(super) async fn visit_inside(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<PassClaims>, ApiError> {
        let Some(visit) = self.visit(headers) else { return Ok(None) };
        if visit.reason == EntryReason::NoAnswer {
            return Ok(Some(visit));
        }
        let state = self.state(visit.jti).await?;
        Ok(Some(visit).filter(|_| state == Some(TicketState::Redeemed)))
    }

    /// Finds what has become of a pass whose visit has begun. Where the site keeps its visits, what was
    /// known last counts while Postgres can't be asked, and else what was signed.
    async fn state(&self, ticket_id: TicketId) -> Result<Option<TicketState>, ApiError> {
        let states = &self.app.pass_states;
        if self.found.is_cut_off {
            return Ok(states.last(ticket_id, TicketState::Redeemed));
        }
        let question = self.app.batches.find_pass_state(self.drop_id, ticket_id);
        match states.get(ticket_id, question).await {
            Err(_) if self.found.keeps_visits => Ok(states.last(ticket_id, TicketState::Redeemed)),
            asked => asked,
        }
    }

    /// Returns the cookie of a visit that begins with a pass.
    pub(super) fn begin(&self, pass: &Pass) -> CookieJar {
        self.jar(tokens::for_visit(self.app, pass), self.left(pass.expires_at))
    }

    /// Returns the cookie of a visit that begins without a line.
    pub(super) fn begin_without_line(&self, visit_id: TicketId, ends_at: Timestamp) -> CookieJar {
        let token = tokens::for_visit_without_line(self.app, self.drop_id, visit_id, ends_at);
        self.jar(token, self.left(Some(ends_at)))
    }

    fn left(&self, until: Option<Timestamp>) -> Duration {
        let left = until.map(|until| until.duration_since(self.app.now()));
        left.and_then(|left| Duration::try_from(left).ok()).unwrap_or_default()
    }

    /// Returns what takes the cookie away.
    pub(super) fn end(&self) -> CookieJar {
        self.jar(String::new(), Duration::ZERO)
    }

    fn jar(&self, token: String, left: Duration) -> CookieJar {
        let cookie = Cookie::build((self.cookie_name(), token))
            .path("/")
            .secure(self.found.site.is_secure())
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(left.try_into().unwrap_or_default());
        CookieJar::new().add(cookie.build())
    }

    /// Two sites may share a host. The prefix binds the cookie to it and to secure transport, and
    /// browsers refuse it without.
    fn cookie_name(&self) -> String {
        let prefix = if self.found.site.is_secure() { "__Host-" } else { "" };
        format!("{prefix}sluice-pass-{}", hex::encode(&self.drop_id.as_bytes()[..4]))
    }
}
