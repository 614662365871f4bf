//! The HTTP API.

use std::sync::Arc;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    decisions::NewPayment,
    error::ApiError,
    faults,
    method::PaymentMethod,
    provider::{Idempotency, SandboxProvider},
};

type JsonResult = Result<(StatusCode, Json<Value>), ApiError>;

/// Builds the routes; all but the health checks need the API key.
pub(crate) fn router(provider: Arc<SandboxProvider>, api_key: &SecretString) -> Router {
    let expected: Arc<str> = format!("Bearer {}", api_key.expose_secret()).into();
    Router::new()
        .route("/v1/payments", post(authorize).get(by_reference))
        .route("/v1/payments/{id}", get(payment))
        .route("/v1/payments/{id}/capture", post(capture))
        .route("/v1/payments/{id}/void", post(void))
        .route("/v1/payments/{id}/refunds", post(refund))
        .route(faults::ELSEWHERE, post(authorize_elsewhere))
        .route("/v1/ledger", get(ledger))
        .layer(middleware::from_fn_with_state(expected, require_key))
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async || "ok"))
        .fallback(async || ApiError::NotFound)
        .layer(DefaultBodyLimit::max(16 * 1024))
        .with_state(provider)
}

async fn require_key(State(expected): State<Arc<str>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).map_or(&b""[..], |v| v.as_bytes());
    match verify_slices_are_equal(given, expected.as_bytes()) {
        Ok(()) => next.run(request).await,
        Err(_) => ApiError::Unauthorized.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorizeBody {
    reference: String,
    amount_minor: i64,
    currency: String,
    payment_method: PaymentMethod,
    #[serde(default)]
    capture: bool,
}

impl AuthorizeBody {
    fn check(self) -> Result<NewPayment, ApiError> {
        let Self { reference, amount_minor, currency, payment_method, capture } = self;
        if reference.is_empty() || reference.len() > 64 {
            return Err(ApiError::Invalid("reference must have 1 to 64 characters".to_owned()));
        }
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(ApiError::Invalid("currency must be an ISO 4217 code".to_owned()));
        }
        if capture {
            return Err(ApiError::Invalid("a capture is a request of its own here".to_owned()));
        }
        let amount_minor = positive(amount_minor)?;
        Ok(NewPayment { reference, amount_minor, currency, payment_method })
    }
}

async fn authorize(
    State(provider): State<Arc<SandboxProvider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let idempotency = idempotency(&headers, "authorize", &body)?;
    let new = parse::<AuthorizeBody>(&body)?.check()?;
    let card = new.payment_method;
    // On a task of its own, so that a payment goes on when its caller hangs up.
    let answer = tokio::spawn(async move { provider.authorize(new, idempotency).await });
    let (status, Json(body)) = respond(answer.await)?;
    Ok(faults::delivered(card, status, body))
}

/// Takes a request that followed a redirect for another payment, so that the ledger shows it.
async fn authorize_elsewhere(
    State(provider): State<Arc<SandboxProvider>>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    let mut idempotency = idempotency(&headers, "authorize elsewhere", &body)?;
    idempotency.key.push_str(" elsewhere");
    let new = parse::<AuthorizeBody>(&body)?.check()?;
    let answer = tokio::spawn(async move { provider.authorize(new, idempotency).await });
    respond(answer.await)
}

async fn capture(
    State(provider): State<Arc<SandboxProvider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    let idempotency = idempotency(&headers, &format!("capture {id}"), &body)?;
    let answer = tokio::spawn(async move { provider.capture(&id, idempotency).await });
    respond(answer.await)
}

async fn void(
    State(provider): State<Arc<SandboxProvider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    let idempotency = idempotency(&headers, &format!("void {id}"), &body)?;
    let answer = tokio::spawn(async move { provider.void(&id, idempotency).await });
    respond(answer.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundBody {
    amount_minor: i64,
}

async fn refund(
    State(provider): State<Arc<SandboxProvider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> JsonResult {
    let idempotency = idempotency(&headers, &format!("refund {id}"), &body)?;
    let amount = positive(parse::<RefundBody>(&body)?.amount_minor)?;
    let answer = tokio::spawn(async move { provider.refund(&id, amount, idempotency).await });
    respond(answer.await)
}

async fn payment(
    State(provider): State<Arc<SandboxProvider>>,
    Path(id): Path<String>,
) -> JsonResult {
    Ok((StatusCode::OK, Json(json!(provider.payment(&id).await?))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByReference {
    reference: String,
}

async fn by_reference(
    State(provider): State<Arc<SandboxProvider>>,
    Query(query): Query<ByReference>,
) -> JsonResult {
    let payments = provider.by_reference(&query.reference).await;
    Ok((StatusCode::OK, Json(json!({ "data": payments }))))
}

async fn ledger(State(provider): State<Arc<SandboxProvider>>) -> Result<Response, ApiError> {
    let path = provider.ledger_file().await;
    let mut bytes = tokio::fs::read(path).await.map_err(|_| ApiError::BadDay)?;
    // Leave out a line that is still being written.
    bytes.truncate(bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1));
    let content_type = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((content_type, Body::from(bytes)).into_response())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::Invalid(error.to_string()))
}

fn positive(amount_minor: i64) -> Result<i64, ApiError> {
    match amount_minor {
        1.. => Ok(amount_minor),
        _ => Err(ApiError::Invalid("amount_minor must be above zero".to_owned())),
    }
}

/// Reads the idempotency key. Two requests are the same if their routes and bodies are.
fn idempotency(headers: &HeaderMap, route: &str, body: &[u8]) -> Result<Idempotency, ApiError> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = key.filter(|key| (1..=255).contains(&key.len()));
    let key = key.ok_or_else(|| {
        ApiError::Invalid("an Idempotency-Key of 1 to 255 characters is needed".to_owned())
    })?;
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(route.as_bytes());
    context.update(b"\n");
    context.update(body);
    Ok(Idempotency { key: key.to_owned(), fingerprint: hex::encode(context.finish()) })
}

fn respond(
    answer: Result<Result<(StatusCode, Value), ApiError>, tokio::task::JoinError>,
) -> JsonResult {
    let (status, body) = answer.map_err(|_| ApiError::BadDay)??;
    Ok((status, Json(body)))
}
