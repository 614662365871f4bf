//! Guest sessions.

use crate::App;
use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use edge::{CurrentShopper, Json, Problem, SESSION_COOKIE};
use jiff::Timestamp;
use serde::Serialize;
use shared::{credentials::Session, ids::ShopperId};
use std::time::Duration;
use utoipa::ToSchema;

/// A session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SessionResponse {
    /// The shopper's account.
    shopper_id: ShopperId,
    /// What programs send as `Authorization: Bearer`; browsers send the cookie.
    token: String,
    expires_at: Timestamp,
}

/// Admits the caller if their address has not just started too many sessions: a new one costs
/// nothing. Stands before the session that was sent, so that a flood is not even verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithinLimit;

impl FromRequestParts<App> for WithinLimit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.session_limiter.check_address(&parts.extensions).map(|()| Self)
    }
}

/// Starts a guest session, or renews the session that was sent.
///
/// A shopper with a valid session stays the same shopper; nobody can choose who to be.
#[utoipa::path(post, path = "/v1/session", tag = "shopper",
    responses(
        (status = 201, body = SessionResponse, description = "A new shopper"),
        (status = 200, body = SessionResponse, description = "The same shopper, with more time"),
        Problem))]
#[tracing::instrument(name = "handler.session.begin", skip_all)]
pub(crate) async fn begin(
    State(app): State<App>,
    _: WithinLimit,
    known: Option<CurrentShopper>,
) -> (StatusCode, CookieJar, Json<SessionResponse>) {
    let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let shopper_id = known.map_or_else(ShopperId::generate, |shopper| shopper.id);
    let ttl = Duration::from_secs(app.settings.storefront.session_ttl_s.get());
    let expires_at = app.now().saturating_add(ttl).unwrap_or(Timestamp::MAX);
    let session = Session { shopper_id, expires_at_ms: expires_at.as_millisecond() };
    let token = session.seal(&app.session_keys);
    let cookie = cookie(token.clone(), ttl);
    (status, CookieJar::new().add(cookie), Json(SessionResponse { shopper_id, token, expires_at }))
}

/// The cookie: only for this host, only over secure transport (which loopback counts as), out of
/// reach of scripts, not sent along with other sites' requests.
fn cookie(token: String, ttl: Duration) -> Cookie<'static> {
    Cookie::build((SESSION_COOKIE, token))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(ttl.try_into().unwrap_or_default())
        .build()
}
