//! The layers around a router, in their order from the outside: request id, span and time,
//! security headers, panics, CORS, limit by address, origin, size of the body.

use crate::{
    AllowedOrigins, KeyedLimiter, Problem, SecurityHeaders, headers, limit, observe, origin,
    request_id,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use std::any::Any;
use tower_http::catch_panic::CatchPanicLayer;

/// How a listener treats its requests.
#[derive(Clone)]
pub struct Edge {
    /// Origins whose pages may call it.
    pub origins: AllowedOrigins,
    /// Put on every response that does not set them itself.
    pub headers: SecurityHeaders,
    /// Requests per second and address; `None` sets no limit.
    pub per_ip: Option<KeyedLimiter>,
    /// Largest body that is read.
    pub body_bytes: usize,
}

impl Edge {
    /// Wraps a finished router, so that every route and both fallbacks are behind the layers.
    pub fn wrap(self, router: Router) -> Router {
        let router = router
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(method_not_allowed)
            .layer(DefaultBodyLimit::max(self.body_bytes))
            .layer(from_fn_with_state(self.origins.clone(), origin::guard));
        let router = match self.per_ip {
            Some(limiter) => router.layer(from_fn_with_state(limiter, limit::by_ip)),
            None => router,
        };
        router
            .layer(self.origins.cors())
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(self.headers, headers::set))
            .layer(from_fn(observe::measure))
            .layer(from_fn(request_id::assign))
    }
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
        .detail("This address doesn't support this method.")
}

/// Responds for a handler that panicked; its message goes to the log alone.
#[expect(clippy::needless_pass_by_value, reason = "the layer passes it by value")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("no text"), "a handler panicked");
    Problem::internal().into_response()
}
