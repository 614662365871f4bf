//! The session of a console, in a cookie that no script can read.
//!
//! A browser adds its cookies to whatever a page asks for, so a change has to come from our own page: with
//! a header that other sites' pages may not add, and with our origin.

use crate::{ApiError, App};
use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, Method, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use database::people::consoles::{self, ConsoleSession, ConsoleToken};
use edge::{AllowedOrigins, PeerAddr};
use shared::credentials::ApiKeyHash;

/// The cookie. The prefix binds it to this host, to `/` and to secure transport.
pub(crate) const CONSOLE_COOKIE: &str = "__Host-sluice-console";
/// What our own pages add to each request.
const HEADER: &str = "x-sluice-console";

/// The console that a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct CurrentConsole {
    pub(crate) session: ConsoleSession,
    /// Of the session's token.
    pub(crate) hash: ApiKeyHash,
}

/// The console that a request comes from, if somebody is signed in there.
#[derive(Clone, Debug)]
pub(crate) struct MaybeConsole(pub(crate) Option<CurrentConsole>);

impl CurrentConsole {
    /// Finds the console that a request with these parts comes from; `None` if it brings no cookie of one.
    pub(super) async fn find(
        app: &App,
        method: &Method,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Option<Self>, ApiError> {
        let jar = CookieJar::from_headers(headers);
        let Some(cookie) = jar.get(CONSOLE_COOKIE) else { return Ok(None) };
        ensure_own_page(&app.settings.storefront.public_url, method, headers)?;
        let token = ConsoleToken::parse(cookie.value()).ok_or(ApiError::ConsoleSessionRequired)?;
        let (hash, peer) = (token.hash(), extensions.get::<PeerAddr>().copied());
        let asking = consoles::find(&app.pool, &hash);
        let session = app.console_lookup.find(hash, peer, asking).await?;
        let session = session.ok_or(ApiError::ConsoleSessionRequired)?;
        Ok(Some(Self { session, hash }))
    }
}

impl FromRequestParts<App> for CurrentConsole {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let found = Self::find(app, &parts.method, &parts.headers, &parts.extensions).await?;
        found.ok_or(ApiError::ConsoleSessionRequired)
    }
}

impl FromRequestParts<App> for MaybeConsole {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        match CurrentConsole::from_request_parts(parts, app).await {
            Ok(console) => Ok(Self(Some(console))),
            Err(ApiError::ConsoleSessionRequired) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// Refuses what a page of another origin asks for, and changes without our header.
fn ensure_own_page(public_url: &str, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = origins.next();
    let is_own = |origin: &str| is_ours(origin, public_url, headers);
    let is_foreign = origin.is_some_and(|origin| !origin.to_str().is_ok_and(is_own));
    if is_foreign || origins.next().is_some() {
        return Err(AllowedOrigins::refusal().into());
    }
    let has_header = headers.get(HEADER).is_some_and(|value| value == "1");
    if method.is_safe() || (origin.is_some() && has_header) {
        return Ok(());
    }
    Err(ApiError::ConsoleHeaderRequired)
}

/// Whether a page of this origin is ours. On a local machine it may have come from another of its names.
fn is_ours(origin: &str, public_url: &str, headers: &HeaderMap) -> bool {
    let ours = public_url.trim_end_matches('/');
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_of_host = origin.strip_prefix("http://").is_some_and(|name| Some(name) == host);
    origin == ours || (ours.starts_with("http://") && is_of_host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    /// What becomes of a request with these headers.
    fn code(public_url: &str, method: &Method, sent: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for &(name, value) in sent {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let outcome = ensure_own_page(public_url, method, &headers);
        outcome.map_or_else(|error| error.status_and_code().1, |()| "ok").to_owned()
    }

    #[test]
    fn a_change_comes_from_our_own_page_or_not_at_all() {
        let (ours, header) = ("https://shop.example", ("x-sluice-console", "1"));
        let post = |sent: &[_]| code("https://shop.example/", &Method::POST, sent);
        assert_eq!(post(&[("origin", ours), header]), "ok");
        assert_eq!(post(&[("origin", ours)]), "console_header_required");
        assert_eq!(post(&[("origin", ours), ("x-sluice-console", "0")]), "console_header_required");
        assert_eq!(post(&[header]), "console_header_required");
        assert_eq!(post(&[("origin", "https://line.shop.example"), header]), "origin_refused");
        assert_eq!(post(&[("origin", "http://shop.example"), header]), "origin_refused");
        assert_eq!(post(&[("origin", "null"), header]), "origin_refused");
        assert_eq!(post(&[("origin", ours), ("origin", ours), header]), "origin_refused");
    }

    #[test]
    fn who_only_reads_is_asked_for_nothing_but_is_no_other_page() {
        let get = |sent: &[_]| code("https://shop.example", &Method::GET, sent);
        assert_eq!(get(&[]), "ok");
        assert_eq!(get(&[("origin", "https://shop.example")]), "ok");
        assert_eq!(get(&[("origin", "https://other.example")]), "origin_refused");
    }

    #[test]
    fn on_a_local_machine_a_page_may_have_another_of_its_names() {
        let sent = [
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
            ("x-sluice-console", "1"),
        ];
        assert_eq!(code("http://127.0.0.1:8080", &Method::POST, &sent), "ok");
        assert_eq!(code("https://shop.example", &Method::POST, &sent), "origin_refused");
    }
}
