//! Which pages may ask: an exact list of origins, for CORS, for unsafe methods and for sockets.

use crate::{Problem, possession::PROOF_HEADER, request_id};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};
use std::{sync::Arc, time::Duration};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};

/// Origins whose pages may call us, compared whole: no patterns, no `null`, no suffixes.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins {
    origins: Arc<[HeaderValue]>,
    /// Paths that begin so have origins of their own.
    apart: Option<&'static str>,
    /// At these paths any page may ask, without credentials.
    open: &'static [&'static str],
}

/// What a request's `Origin` says of the page that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginVerdict {
    /// No origin: a program, or a page's request to its own host.
    Absent,
    /// On the list.
    Allowed,
    /// Not on the list, or several.
    Refused,
}

impl AllowedOrigins {
    /// Takes origins such as `http://127.0.0.1:8080`; what isn't a valid header value is left out.
    pub fn new<T: AsRef<str>>(origins: impl IntoIterator<Item = T>) -> Self {
        let value =
            |origin: T| HeaderValue::from_str(origin.as_ref().trim().trim_end_matches('/')).ok();
        let origins = origins.into_iter().filter_map(value).filter(|origin| origin != "null");
        Self { origins: origins.collect(), apart: None, open: &[] }
    }

    /// Leaves it to the handlers of the paths that begin with `prefix` whose pages may ask for
    /// changes there.
    #[must_use]
    pub fn except_below(mut self, prefix: &'static str) -> Self {
        self.apart = Some(prefix);
        self
    }

    /// Lets the pages of any origin ask at these paths, compared whole; no cookie of ours is for them.
    #[must_use]
    pub fn open_at(mut self, paths: &'static [&'static str]) -> Self {
        self.open = paths;
        self
    }

    /// Whether any page may ask at this path.
    pub(crate) fn is_open(&self, path: &str) -> bool {
        self.open.contains(&path)
    }

    /// Judges the headers of a request.
    #[must_use]
    pub fn judge(&self, headers: &HeaderMap) -> OriginVerdict {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => OriginVerdict::Absent,
            (Some(origin), None) if self.origins.contains(origin) => OriginVerdict::Allowed,
            _ => OriginVerdict::Refused,
        }
    }

    /// Whether a page on the list sent this form to somebody who sent it on to us. A browser then takes the
    /// origin away from it, but says which page it was; no page can say so of itself, and the pages on
    /// the list send their forms to nobody else, by their policies.
    fn is_form_sent_on(&self, headers: &HeaderMap) -> bool {
        let is = |name, value: &str| headers.get(name).is_some_and(|sent| sent == value);
        let is_form = is(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut pages = headers.get_all(header::REFERER).iter();
        let (Some(page), None) = (pages.next(), pages.next()) else { return false };
        is_form && is(header::ORIGIN, "null") && origin_of(page).is_some_and(|one| self.has(one))
    }

    fn has(&self, origin: &[u8]) -> bool {
        self.origins.iter().any(|allowed| allowed.as_bytes() == origin)
    }

    /// The response to a page that is not on the list.
    #[must_use]
    pub fn refusal() -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "origin_refused")
            .detail("Pages from this origin aren't allowed to do this.")
    }

    /// Refuses changes that a foreign page asks for, with cookies or without.
    ///
    /// # Errors
    ///
    /// Returns the [`refusal`](Self::refusal).
    pub(crate) fn guard(&self, request: &Request) -> Result<(), Problem> {
        let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let path = request.uri().path();
        let is_apart = self.apart.is_some_and(|prefix| path.starts_with(prefix));
        let is_free = safe || is_apart || self.is_open(path);
        let headers = request.headers();
        if is_free || self.judge(headers) != OriginVerdict::Refused {
            return Ok(());
        }
        if self.is_form_sent_on(headers) { Ok(()) } else { Err(Self::refusal()) }
    }

    /// CORS for these origins, with credentials.
    pub(crate) fn cors(&self) -> CorsLayer {
        let (named, origins) = (HeaderName::from_static, Arc::clone(&self.origins));
        // It is cloned for each request: a list would be as well, and what varies found out anew.
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| origins.contains(origin)))
            .vary([header::ORIGIN])
            .allow_credentials(true)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::CONTENT_TYPE,
                header::AUTHORIZATION,
                named("sluice-ticket"),
                named("idempotency-key"),
                named("altcha"),
                PROOF_HEADER,
                request_id::HEADER,
            ])
            .expose_headers([header::RETRY_AFTER, request_id::HEADER])
            .max_age(Duration::from_secs(600))
    }

    /// CORS for the paths at which any page may ask.
    pub(crate) fn open_cors() -> CorsLayer {
        CorsLayer::new()
            .allow_origin(Any)
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([header::RETRY_AFTER, request_id::HEADER])
            .max_age(Duration::from_secs(600))
    }
}

/// The origin of a page's address: all before its third slash.
fn origin_of(page: &HeaderValue) -> Option<&[u8]> {
    let address = page.as_bytes();
    let mut slashes = address.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.nth(2).map(|(end, _)| &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_the_exact_origin_passes() {
        let allowed = AllowedOrigins::new(["https://shop.example/", "null"]);
        let judge = |origin: &str| {
            let value = HeaderValue::from_str(origin).unwrap();
            allowed.judge(&HeaderMap::from_iter([(header::ORIGIN, value)]))
        };
        assert_eq!(judge("https://shop.example"), OriginVerdict::Allowed);
        for foreign in [
            "null",
            "http://shop.example",
            "https://shop.example:444",
            "https://shop.example.evil",
            "https://evil/https://shop.example",
            "https://SHOP.example",
            "https://shop.example/",
            "",
        ] {
            assert_eq!(judge(foreign), OriginVerdict::Refused, "{foreign}");
        }
        assert_eq!(allowed.judge(&HeaderMap::new()), OriginVerdict::Absent);
    }

    #[test]
    fn a_form_that_was_sent_on_counts_as_of_the_page_that_it_comes_from() {
        const FORM: &str = "application/x-www-form-urlencoded";
        let allowed = AllowedOrigins::new(["https://shop.example"]);
        let guard = |origin: &str, page: Option<&str>, kind: &str| {
            let request = Request::builder().method(Method::POST).uri("/drops/7/line");
            let request = request.header(header::ORIGIN, origin).header(header::CONTENT_TYPE, kind);
            let request = page
                .into_iter()
                .fold(request, |request, page| request.header(header::REFERER, page));
            allowed.guard(&request.body(Body::empty()).unwrap()).is_ok()
        };
        assert!(guard("null", Some("https://shop.example/"), FORM));
        assert!(guard("null", Some("https://shop.example/drops/7?lang=en"), FORM));
        assert!(!guard("null", None, FORM), "of nobody knows whom");
        assert!(!guard("https://evil.example", Some("https://shop.example/"), FORM));
        assert!(!guard("null", Some("https://shop.example/"), "application/json"));
        for foreign in ["https://evil.example/https://shop.example/", "https://shop.example.evil/"]
        {
            assert!(!guard("null", Some(foreign), FORM), "{foreign}");
        }
    }

    #[test]
    fn only_below_the_exception_are_other_pages_heard() {
        let allowed = AllowedOrigins::new(["https://shop.example"]).except_below("/v1/gate/");
        let guard = |method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path);
            let request = request.header(header::ORIGIN, "https://other.example");
            allowed.guard(&request.body(Body::empty()).unwrap()).is_ok()
        };
        assert!(guard(Method::POST, "/v1/gate/7/leave"));
        for path in ["/v1/gate", "/v1/orders", "/v1/orders/v1/gate/", "/"] {
            assert!(!guard(Method::POST, path), "{path}");
        }
        assert!(guard(Method::GET, "/v1/orders"));
    }

    #[test]
    fn at_an_open_path_and_nowhere_below_any_page_may_ask() {
        let allowed = AllowedOrigins::new(["https://shop.example"]).open_at(&["/aws/queue_num"]);
        let guard = |path: &str| {
            let request = Request::builder().method(Method::POST).uri(path);
            let request = request.header(header::ORIGIN, "https://other.example");
            allowed.guard(&request.body(Body::empty()).unwrap()).is_ok()
        };
        assert!(guard("/aws/queue_num") && guard("/aws/queue_num?event_id=7"));
        for path in ["/aws/queue_num/", "/aws", "/aws/api/queue_num", "/AWS/queue_num"] {
            assert!(!guard(path), "{path}");
        }
    }
}
