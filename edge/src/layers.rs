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
mod tests {
    use super::*;
    use crate::{Json, PeerAddr};
    use axum::{
        body::Body,
        http::{HeaderMap, Method, Uri, header, request},
        response::Html,
        routing::{get, post},
    };
    use serde_json::Value;
    use std::{num::NonZeroU32, time::Instant};

    /// Requests of which one comes within a second of the one before, however busy the machine is.
    const MANY: usize = 100;

    const PAGE: &str = "https://shop.example";

    /// One request a second and address, and 16 bytes of body.
    fn router() -> Router {
        let one = NonZeroU32::MIN;
        let edge = Edge {
            origins: AllowedOrigins::new([PAGE]).open_at(&["/open"]),
            headers: SecurityHeaders::api(),
            per_ip: Some(KeyedLimiter::per_second(one, one, 64)),
            body_bytes: 16,
            fault_page: Some(sorry),
        };
        let router = Router::new().route("/panic", get(broken)).route("/read", post(read));
        edge.wrap(router.route("/open", post(read)))
    }

    fn sorry(_: &Uri, _: &HeaderMap) -> Response {
        Html("sorry").into_response()
    }

    async fn broken() -> StatusCode {
        panic!("a secret of ours")
    }

    async fn read(Json(_): Json<Value>) {}

    fn request(method: Method, path: &str) -> request::Builder {
        let peer = PeerAddr(([127, 0, 0, 1], 1).into());
        Request::builder().method(method).uri(path).extension(peer).header(header::ORIGIN, PAGE)
    }

    async fn send(router: &Router, request: Request) -> (Response<()>, Value) {
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1024).await.unwrap();
        (Response::from_parts(parts, ()), serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Asks once, and again until there is a refusal. Returns that, and how long it took.
    async fn refused(router: &Router) -> (Response<()>, Value, Duration) {
        let nothing = || request(Method::GET, "/nothing").body(Body::empty()).unwrap();
        let (_, first) = send(router, nothing()).await;
        assert_eq!(first["code"], "not_found");
        for _ in 0..MANY {
            let begun = Instant::now();
            let (response, problem) = send(router, nothing()).await;
            if response.status() == StatusCode::TOO_MANY_REQUESTS {
                return (response, problem, begun.elapsed());
            }
        }
        panic!("none of {MANY} requests was refused")
    }

    fn expect_edge_headers(response: &Response<()>, id: &str) {
        assert_eq!(response.headers()[request_id::HEADER], id);
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_with_the_requests_id_and_security_headers() {
        let request = request(Method::GET, "/panic").header(request_id::HEADER, "id-1");
        let (response, problem) = send(&router(), request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(problem["code"], "internal");
        assert_eq!(problem["request_id"], "id-1");
        assert!(!problem.to_string().contains("secret"), "{problem}");
        expect_edge_headers(&response, "id-1");
    }

    #[tokio::test]
    async fn people_see_a_page_of_a_panic() {
        let request = request(Method::GET, "/panic").header(header::ACCEPT, "text/html,*/*");
        let request = request.header(request_id::HEADER, "id-1").body(Body::empty()).unwrap();
        let (response, _) = send(&router(), request).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.headers()[header::CONTENT_TYPE].as_bytes().starts_with(b"text/html"));
        expect_edge_headers(&response, "id-1");
    }

    #[tokio::test]
    async fn preflights_are_answered_however_many_there_are() {
        let router = router();
        for id in ["id-1", "id-2", "id-3"] {
            let request = request(Method::OPTIONS, "/read")
                .header(request_id::HEADER, id)
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
            let (response, _) = send(&router, request.body(Body::empty()).unwrap()).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE);
            assert!(response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_METHODS));
            expect_edge_headers(&response, id);
        }
    }

    #[tokio::test]
    async fn any_page_may_ask_at_an_open_path_and_read_the_answer() {
        let router = router();
        let strange = |method: Method, path: &str| {
            let mut request = request(method, path).header("access-control-request-headers", "x-a");
            let origin = "https://other.example".parse().unwrap();
            request.headers_mut().unwrap().insert(header::ORIGIN, origin);
            request.header(header::CONTENT_TYPE, "application/json").body(Body::from("1")).unwrap()
        };
        let (preflight, _) = send(&router, strange(Method::OPTIONS, "/open")).await;
        let headers = preflight.headers();
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "x-a");
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        let (response, _) = send(&router, strange(Method::POST, "/open")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");

        let (closed, _) = send(&router, strange(Method::OPTIONS, "/read")).await;
        assert!(!closed.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }

    #[tokio::test]
    async fn a_page_may_read_that_it_asked_too_often() {
        let (response, problem, _) = refused(&router()).await;
        assert_eq!(problem["code"], "rate_limited");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], PAGE);
    }

    #[tokio::test]
    async fn an_address_that_asks_too_often_cannot_ask_ever_faster() {
        let (.., took) = refused(&router()).await;
        assert!(took >= REFUSAL_PAUSE, "{took:?}");
    }

    #[tokio::test]
    async fn bodies_are_read_up_to_the_limit() {
        for (body, status) in [("[1,2,3]", 200), ("[1,2,3,4,5,6,7,8,9]", 413)] {
            let request =
                request(Method::POST, "/read").header(header::CONTENT_TYPE, "application/json");
            let (response, _) = send(&router(), request.body(Body::from(body)).unwrap()).await;
            assert_eq!(response.status(), status, "{body}");
        }
    }
}
