//! The layer around a router. It is one layer, since each costs every request a clone of all that
//! it wraps; what it does for a request has this order, from the outside:
//!
//! | step | module |
//! |---|---|
//! | largest body, noted for [`extract`](crate::extract), which reads it | here |
//! | request id | [`request_id`] |
//! | span and time | `observe` |
//! | security headers | [`headers`](crate::headers) |
//! | a page in place of a fault | [`fault_page`](crate::fault_page) |
//! | panics | here |
//! | CORS, which also answers preflights | [`origin`](crate::origin) |
//! | limits by address: what is open, how often | [`slots`](crate::slots), [`limit`](crate::limit) |
//! | origin | [`origin`](crate::origin) |

use crate::{
    AllowedOrigins, FaultPage, KeyedLimiter, Problem, SecurityHeaders,
    fault_page::PageReader,
    observe::{Observed, RequestTimes},
    request_id::{self, RequestId},
    slots::Surplus,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use shared::telemetry::CounterName;
use std::{any::Any, convert::Infallible, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;

/// When to try again, for an address that has as much open as it may.
const SURPLUS_PAUSE: Duration = Duration::from_secs(1);

/// How long an address that asks too often waits for its refusal: who asks again as soon as there is
/// an answer would keep a core busy with refusals.
const REFUSAL_PAUSE: Duration = Duration::from_millis(20);

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
    /// What people see when something goes wrong; `None` for a listener without pages.
    pub fault_page: Option<FaultPage>,
}

/// What the layer needs, once for all routes of a listener.
struct Listener {
    edge: Edge,
    cors: CorsLayer,
    /// For paths at which any page may ask.
    open_cors: CorsLayer,
    times: RequestTimes,
}

impl Edge {
    /// Wraps a finished router, so that every route and both fallbacks are behind the layer.
    pub fn wrap(self, router: Router) -> Router {
        let (cors, open_cors) = (self.origins.cors(), AllowedOrigins::open_cors());
        let times = RequestTimes::default();
        let listener = Arc::new(Listener { edge: self, cors, open_cors, times });
        router
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(method_not_allowed)
            .layer(from_fn_with_state(listener, respond))
            // Puts the layer around handlers without state once, not for each request.
            .with_state(())
    }
}

/// Responds to a request, with all the steps around its handler.
async fn respond(
    State(listener): State<Arc<Listener>>,
    mut request: Request,
    next: Next,
) -> Response {
    DefaultBodyLimit::max(listener.edge.body_bytes).apply(&mut request);
    let id = RequestId::of(request.headers());
    let observed = Observed::begin(&request, &id);
    let response = observed.until(listener.handle(request, next), &listener.times);
    let mut response = request_id::keep(Some(id.clone()), response).await;
    id.add_to(&mut response);
    response
}

impl Listener {
    /// Has a request handled, within the steps that see its response.
    async fn handle(&self, request: Request, mut next: Next) -> Response {
        let is_open = self.edge.origins.is_open(request.uri().path());
        let cors = if is_open { &self.open_cors } else { &self.cors };
        let admitted = service_fn(move |request: Request| self.admit(request, &mut next));
        let reader = PageReader::of(self.edge.fault_page, &request);
        let mut response = caught(cors.layer(admitted).oneshot(request)).await;
        if let Some(reader) = reader {
            response = reader.shown(response);
        }
        self.edge.headers.add_to(&mut response);
        response
    }

    /// Hands a request to its handler, unless it is refused.
    fn admit(&self, request: Request, next: &mut Next) -> <Next as Service<Request>>::Future {
        match self.check(&request) {
            Ok(()) => next.call(request),
            Err(problem) => Box::pin(refuse(problem)),
        }
    }

    fn check(&self, request: &Request) -> Result<(), Problem> {
        if request.extensions().get::<Surplus>().is_some() {
            CounterName::RateLimited.get().increment(1);
            return Err(Problem::rate_limited(SURPLUS_PAUSE));
        }
        if let Some(limiter) = &self.edge.per_ip {
            limiter.check_address(request.extensions())?;
        }
        self.edge.origins.guard(request)
    }
}

/// Answers a request that goes no further.
async fn refuse(problem: Problem) -> Result<Response, Infallible> {
    if problem.status() == StatusCode::TOO_MANY_REQUESTS {
        tokio::time::sleep(REFUSAL_PAUSE).await;
    }
    Ok(problem.into_response())
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
        .detail("This address doesn't support this method.")
}

/// Waits for a response; a panic becomes one.
async fn caught(response: impl Future<Output = Result<Response, Infallible>>) -> Response {
    match AssertUnwindSafe(response).catch_unwind().await {
        Ok(Ok(response)) => response,
        Err(panic) => panicked(&*panic),
    }
}

/// Responds for a handler that panicked; its message goes to the log alone.
fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("no text"), "a handler panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests;
