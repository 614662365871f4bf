//! Security headers of every response. A route that sets one itself keeps its own.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// The headers of a listener.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Arc<[(HeaderName, HeaderValue)]>);

/// Marks a response that reaches browsers under a host that is not ours, through its own proxy: what
/// they are to keep for a host is for its owner to say.
#[derive(Clone, Copy, Debug)]
pub struct UnderOtherHost;

impl SecurityHeaders {
    /// For responses that are not pages: nothing may be loaded, framed or sniffed.
    #[must_use]
    pub fn api() -> Self {
        Self::with_csp("default-src 'none'; frame-ancestors 'none'")
    }

    /// For pages, with their content security policy.
    ///
    /// # Panics
    ///
    /// Panics if the policy isn't a valid header value; policies are written in code.
    #[must_use]
    pub fn with_csp(csp: &str) -> Self {
        let csp =
            HeaderValue::from_str(csp).expect("a policy written in code is a valid header value");
        let fixed = HeaderValue::from_static;
        Self(Arc::new([
            (header::CONTENT_SECURITY_POLICY, csp),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::X_FRAME_OPTIONS, fixed("DENY")),
            (header::REFERRER_POLICY, fixed("no-referrer")),
            (HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin")),
            (
                HeaderName::from_static("permissions-policy"),
                fixed("camera=(), geolocation=(), microphone=()"),
            ),
        ]))
    }

    /// Has browsers keep to https for a year, if that is how people reach us.
    #[must_use]
    pub fn for_public_url(self, public_url: &str) -> Self {
        if !public_url.starts_with("https://") {
            return self;
        }
        let value = HeaderValue::from_static("max-age=31536000");
        let more = [(header::STRICT_TRANSPORT_SECURITY, value)];
        Self(self.0.iter().cloned().chain(more).collect())
    }

    /// Adds the headers to a response, except those that it has.
    pub(crate) fn add_to(&self, response: &mut Response) {
        let is_ours = response.extensions().get::<UnderOtherHost>().is_none();
        let fits = |name: &HeaderName| is_ours || *name != header::STRICT_TRANSPORT_SECURITY;
        let headers = response.headers_mut();
        // One growth for all of them, and for the id of the request that comes last.
        headers.reserve(self.0.len() + 1);
        for (name, value) in self.0.iter().filter(|(name, _)| fits(name)) {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

/// Adds headers to the responses of some routes, before their listener adds its own.
pub async fn set(State(headers): State<SecurityHeaders>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers.add_to(&mut response);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_kept_to_https_only_where_it_is_served() {
        let name = header::STRICT_TRANSPORT_SECURITY;
        for (public_url, is_kept) in
            [("https://shop.example", true), ("http://127.0.0.1:8080", false)]
        {
            let mut response = Response::default();
            SecurityHeaders::api().for_public_url(public_url).add_to(&mut response);
            assert_eq!(response.headers().contains_key(&name), is_kept, "{public_url}");
        }
    }

    #[test]
    fn nothing_is_kept_for_a_host_that_is_not_ours() {
        let mut response = Response::default();
        response.extensions_mut().insert(UnderOtherHost);
        SecurityHeaders::api().for_public_url("https://shop.example").add_to(&mut response);
        let headers = response.headers();
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(headers.contains_key(header::X_CONTENT_TYPE_OPTIONS));
    }
}
