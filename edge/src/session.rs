//! Who is asking: a session in the cookie or as a bearer token, verified without a database.
//!
//! What ended a session before its time is in memory ([`EndedSessions`]); the service keeps that up
//! to date.

use crate::Problem;
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use shared::{
    clock::Clock,
    credentials::{CredentialError, EndedSessions, KeyThumbprint, Keyring, Session},
    ids::{SellerId, ShopperId},
};
use std::{sync::Arc, time::Duration};

/// The session's cookie. The prefix binds it to this host, to `/` and to secure transport.
pub const SESSION_COOKIE: &str = "__Host-sluice-session";

/// When to come back with a session that another process can verify.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Verifies sessions; a router's state provides it through [`FromRef`], a clone for each request.
#[derive(Clone)]
pub struct SessionVerifier(Arc<VerifierParts>);

/// The parts of a [`SessionVerifier`].
struct VerifierParts {
    keys: Arc<Keyring>,
    ended: Arc<EndedSessions>,
    clock: Arc<dyn Clock>,
}

/// The shopper who sent the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentShopper {
    /// Their account; a guest has one too.
    pub id: ShopperId,
    /// The seller whose member they are, if its own site says so.
    pub member_of: Option<SellerId>,
    /// The key that their session is bound to, if it is.
    pub key: Option<KeyThumbprint>,
}

impl SessionVerifier {
    /// Verifies sessions sealed with `keys` and not `ended`, at the time of `clock`.
    #[must_use]
    pub fn new(keys: Arc<Keyring>, ended: Arc<EndedSessions>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(VerifierParts { keys, ended, clock }))
    }

    /// Finds the shopper who sent these headers.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] `session_required`, `session_on_other_host`, `session_invalid` or
    /// `session_key_unknown`.
    pub fn verify(&self, headers: &HeaderMap) -> Result<CurrentShopper, Problem> {
        let Session { shopper_id: id, member_of, key, .. } = self.session(headers)?;
        Ok(CurrentShopper { id, member_of, key })
    }

    /// Opens the session that came with these headers.
    ///
    /// # Errors
    ///
    /// Returns the [`Problem`] `session_required`, `session_on_other_host` or `session_invalid`
    /// (401), or `session_key_unknown` (503): a process that has the key will take the session, so
    /// it must not be replaced by a new one.
    pub fn session(&self, headers: &HeaderMap) -> Result<Session, Problem> {
        let VerifierParts { keys, ended, clock } = &*self.0;
        let token = token(headers).ok_or_else(|| missing(headers))?;
        let now_ms = clock.now().as_millisecond();
        let session = Session::open(keys, token, now_ms).map_err(refusal)?;
        if ended.has(&session) {
            return Err(problem(
                "session_invalid",
                "The session was ended. Start a new one: POST /v1/session.",
            ));
        }
        Ok(session)
    }
}

fn refusal(error: CredentialError) -> Problem {
    match error {
        CredentialError::Invalid => problem(
            "session_invalid",
            "This session isn't valid here. Start a new one: POST /v1/session.",
        ),
        CredentialError::Expired => problem(
            "session_invalid",
            "The session has expired. Start a new one: POST /v1/session.",
        ),
        CredentialError::UnknownKey => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "session_key_unknown")
                .detail("This session can't be checked here yet. Keep it, and try again shortly.")
                .retry_after(RETRY_AFTER)
        }
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
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key.trim() == name).then(|| value.trim()))
}

/// A browser leaves the cookie out where the page has another host name than we. Another session
/// would not change that, so the answer says what does.
fn missing(headers: &HeaderMap) -> Problem {
    if !is_from_other_host(headers) {
        return problem("session_required", "Start a session first: POST /v1/session.");
    }
    problem(
        "session_on_other_host",
        "The page has another host name than this address, so browsers don't send the session here. \
         Serve pages, storefront and admission under one host name.",
    )
}

fn is_from_other_host(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name)?.to_str().ok();
    let page = text(header::ORIGIN).and_then(|origin| Some(origin.split_once("://")?.1));
    let names = page.map(host_name).zip(text(header::HOST).map(host_name));
    names.is_some_and(|(page, ours)| !page.eq_ignore_ascii_case(ours))
}

/// To cookies, a port is no part of the host.
fn host_name(host: &str) -> &str {
    let port = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    port.map_or(host, |(name, _)| name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use shared::clock::SystemClock;

    fn verifier() -> (SessionVerifier, Arc<Keyring>, Arc<EndedSessions>) {
        let keys = Arc::new(Keyring::parse(&format!("1:{}", "ab".repeat(32)).into()).unwrap());
        let ended = Arc::new(EndedSessions::default());
        let clock = Arc::new(SystemClock);
        (SessionVerifier::new(Arc::clone(&keys), Arc::clone(&ended), clock), keys, ended)
    }

    fn session() -> Session {
        Session {
            shopper_id: ShopperId::generate(),
            began_at_ms: 5,
            expires_at_ms: i64::MAX,
            member_of: None,
            key: None,
        }
    }

    fn refused(verifier: &SessionVerifier, name: header::HeaderName, value: &str) -> String {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        verifier.verify(&headers).map_or_else(|problem| problem.code(), |_| "ok").to_owned()
    }

    #[test]
    fn a_session_comes_as_cookie_or_bearer() {
        let (verifier, keys, _) = verifier();
        let code = |name, value: &str| refused(&verifier, name, value);
        let session = session();
        let token = session.seal(&keys);
        let cookie = format!("a=b; {SESSION_COOKIE}={token}");
        assert_eq!(code(header::COOKIE, &cookie), "ok");
        assert_eq!(code(header::AUTHORIZATION, &format!("Bearer {token}")), "ok");
        assert_eq!(code(header::AUTHORIZATION, "Bearer sk_x"), "session_invalid");
        assert_eq!(code(header::COOKIE, &format!("{cookie}; c=d")), "ok");
        assert_eq!(code(header::COOKIE, &format!("x{SESSION_COOKIE}={token}")), "session_required");
        assert_eq!(code(header::COOKIE, "a=b"), "session_required");
        let old = Session { expires_at_ms: 5, ..session }.seal(&keys);
        assert_eq!(code(header::AUTHORIZATION, &format!("Bearer {old}")), "session_invalid");
    }

    #[test]
    fn a_session_that_was_ended_is_refused() {
        let (verifier, keys, ended) = verifier();
        let session = session();
        let bearer = format!("Bearer {}", session.seal(&keys));
        assert_eq!(refused(&verifier, header::AUTHORIZATION, &bearer), "ok");
        ended.end(session.shopper_id, session.began_at_ms);
        assert_eq!(refused(&verifier, header::AUTHORIZATION, &bearer), "session_invalid");
    }

    #[test]
    fn a_session_of_a_key_to_come_is_kept_for_those_who_know_it() {
        let (verifier, _, _) = verifier();
        let newer = Keyring::parse(&format!("2:{}", "cd".repeat(32)).into()).unwrap();
        let bearer = format!("Bearer {}", session().seal(&newer));
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, bearer.parse().unwrap())]);
        let problem = verifier.verify(&headers).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (503, "session_key_unknown"));
    }

    #[test]
    fn a_page_on_another_host_is_told_why_its_session_does_not_come() {
        let (verifier, _, _) = verifier();
        for (page, host, expected) in [
            ("https://shop.example", "line.shop.example", "session_on_other_host"),
            ("https://shop.example", "shop.example.evil", "session_on_other_host"),
            ("http://localhost:8080", "127.0.0.1:8081", "session_on_other_host"),
            ("https://shop.example", "shop.example", "session_required"),
            ("https://shop.example", "SHOP.example:443", "session_required"),
            ("http://127.0.0.1:8080", "127.0.0.1:8081", "session_required"),
            ("http://[::1]:8080", "[::1]", "session_required"),
        ] {
            let value = |text| HeaderValue::from_str(text).unwrap();
            let headers = [(header::ORIGIN, value(page)), (header::HOST, value(host))];
            let refused = verifier.verify(&headers.into_iter().collect()).unwrap_err();
            assert_eq!(refused.code(), expected, "{page} {host}");
        }
    }
}
