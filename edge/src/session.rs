//! Who is asking: a session in the cookie or as a bearer token, verified without a database.

use crate::Problem;
use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use shared::{
    clock::Clock,
    credentials::{CredentialError, Keyring, Session},
    ids::ShopperId,
};
use std::{convert::Infallible, sync::Arc};

/// The session's cookie. The prefix binds it to this host, to `/` and to secure transport.
pub const SESSION_COOKIE: &str = "__Host-sluice-session";

/// Verifies sessions; a router's state provides it through [`FromRef`].
#[derive(Clone)]
pub struct SessionVerifier {
    keys: Arc<Keyring>,
    clock: Arc<dyn Clock>,
}

/// The shopper who sent the request. As an `Option`, a missing or invalid session is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentShopper {
    /// Their account; a guest has one too.
    pub id: ShopperId,
}

impl SessionVerifier {
    /// Verifies sessions sealed with `keys`, at the time of `clock`.
    #[must_use]
    pub fn new(keys: Arc<Keyring>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, clock }
    }

    /// Finds the shopper who sent these headers.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] `session_required` or `session_invalid`.
    pub fn verify(&self, headers: &HeaderMap) -> Result<CurrentShopper, Problem> {
        let token = token(headers).ok_or_else(|| {
            problem("session_required", "Start a session first: POST /v1/session.")
        })?;
        let now_ms = self.clock.now().as_millisecond();
        let session = Session::open(&self.keys, token, now_ms).map_err(|error| match error {
            CredentialError::Invalid => problem(
                "session_invalid",
                "This session isn't valid here. Start a new one: POST /v1/session.",
            ),
            CredentialError::Expired => problem(
                "session_invalid",
                "The session has expired. Start a new one: POST /v1/session.",
            ),
        })?;
        Ok(CurrentShopper { id: session.shopper_id })
    }
}

/// The token that was sent. A bearer token wins over the cookie, since it was sent on purpose.
fn token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).or_else(|| cookie(headers, SESSION_COOKIE))
}

/// Returns the bearer token of `Authorization`, if there is one.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the value of a cookie as it was sent: our tokens have nothing to decode.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key.trim() == name).then(|| value.trim()))
}

fn problem(code: &'static str, detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code).detail(detail)
}

impl<S: Send + Sync> FromRequestParts<S> for CurrentShopper
where
    SessionVerifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        SessionVerifier::from_ref(state).verify(&parts.headers)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for CurrentShopper
where
    SessionVerifier: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        Ok(SessionVerifier::from_ref(state).verify(&parts.headers).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use shared::clock::SystemClock;

    fn verifier() -> (SessionVerifier, Arc<Keyring>) {
        let keys = Arc::new(Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap());
        (SessionVerifier::new(Arc::clone(&keys), Arc::new(SystemClock)), keys)
    }

    fn code(verifier: &SessionVerifier, name: header::HeaderName, value: &str) -> &'static str {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        verifier.verify(&headers).map_or_else(|problem| problem.code(), |_| "ok")
    }

    #[test]
    fn a_session_comes_as_cookie_or_bearer() {
        let (verifier, keys) = verifier();
        let session = Session { shopper_id: ShopperId::generate(), expires_at_ms: i64::MAX };
        let token = session.seal(&keys);
        let cookie = format!("a=b; {SESSION_COOKIE}={token}");
        assert_eq!(code(&verifier, header::COOKIE, &cookie), "ok");
        assert_eq!(code(&verifier, header::AUTHORIZATION, &format!("Bearer {token}")), "ok");
        assert_eq!(code(&verifier, header::AUTHORIZATION, "Bearer sk_x"), "session_invalid");
        assert_eq!(code(&verifier, header::COOKIE, &format!("{cookie}; c=d")), "ok");
        assert_eq!(
            code(&verifier, header::COOKIE, &format!("x{SESSION_COOKIE}={token}")),
            "session_required"
        );
        assert_eq!(code(&verifier, header::COOKIE, "a=b"), "session_required");
        let old = Session { expires_at_ms: 5, ..session }.seal(&keys);
        assert_eq!(
            code(&verifier, header::AUTHORIZATION, &format!("Bearer {old}")),
            "session_invalid"
        );
    }
}
