//! Guest sessions.

use crate::{ApiError, App};
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::{CurrentShopper, Json, SESSION_COOKIE};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::{credentials::Session, ids::ShopperId};
use utoipa::ToSchema;
use uuid::Uuid;

/// A session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionResponse {
    /// The shopper's account.
    pub shopper_id: Uuid,
    /// What programs send as `Authorization: Bearer`; browsers have it in a cookie.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins a guest's session, or renews the one that is sent.
///
/// A shopper who has a valid session stays the same shopper; nobody can choose who to be.
#[utoipa::path(post, path = "/v1/session", tag = "shopper",
    responses(
        (status = 201, body = SessionResponse, description = "A new shopper"),
        (status = 200, body = SessionResponse, description = "The same shopper, with more time"),
        (status = 429, body = edge::Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.session.begin", skip_all)]
pub(crate) async fn begin(
    State(app): State<App>,
    known: Option<CurrentShopper>,
) -> Result<Response, ApiError> {
    let status = if known.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let shopper_id = known.map_or_else(ShopperId::generate, |shopper| shopper.id);
    let ttl_s = app.settings.storefront.session_ttl_s.get();
    let ttl = SignedDuration::from_secs(i64::try_from(ttl_s).unwrap_or(i64::MAX / 2));
    let expires_at = app.now().saturating_add(ttl).unwrap_or(Timestamp::MAX);
    let session = Session { shopper_id, expires_at_ms: expires_at.as_millisecond() };
    let token = session.seal(&app.session_keys);
    let cookie = cookie(&token, ttl_s)?;
    let body = SessionResponse { shopper_id: shopper_id.as_uuid(), token, expires_at };
    Ok((status, [(header::SET_COOKIE, cookie)], Json(body)).into_response())
}

/// The cookie: only for this host, only over secure transport (which loopback counts as), out of
/// reach of scripts, not sent along with other sites' requests.
fn cookie(token: &str, ttl_s: u64) -> Result<HeaderValue, ApiError> {
    let cookie = format!(
        "{SESSION_COOKIE}={token}; Path=/; Max-Age={ttl_s}; Secure; HttpOnly; SameSite=Lax"
    );
    HeaderValue::from_str(&cookie).map_err(|_| edge::Problem::internal().into())
}
