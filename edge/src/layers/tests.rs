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
