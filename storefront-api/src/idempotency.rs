//! `Idempotency-Key`: a repeated request is answered, not repeated (IDEM-1).
//!
//! The key is taken before the handler runs, and the status and body are kept of a request that
//! ran. A request that was refused on sight may be corrected and sent again under its key. After a
//! failure of ours the key stays with its request, which may then run again: the id of what it
//! creates follows from the key (see [`ResourceId`]), all else is conditional on the current state.
//!
//! Only what sellers and operators do has rows here. A guest costs nothing, so guests would be free
//! to fill the table: their payments are known by the payment itself (`routes/shopper/payment.rs`),
//! and all else that they do is the same when it is done again.

use crate::{
    ApiError, App,
    extract::{Caller, IdempotencyKey, ResourceId},
};
use aws_lc_rs::digest;
use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use database::people::idempotency::{self, KeyClaim, KeyedRequest};
use jiff::Timestamp;
use shared::telemetry::with_causes;

/// Routes whose POST requests may have a key. Those that make an API key are none: the answer would be
/// kept, and the key with it.
const KEYED: [&str; 20] = [
    "/v1/operator/drops/{drop_id}/drain",
    "/v1/operator/drops/{drop_id}/emergency-stop",
    "/v1/operator/drops/{drop_id}/hold",
    "/v1/operator/drops/{drop_id}/limits/plan",
    "/v1/operator/drops/{drop_id}/limits/undo",
    "/v1/operator/drops/{drop_id}/maintenance",
    "/v1/operator/drops/{drop_id}/pause",
    "/v1/operator/drops/{drop_id}/resume",
    "/v1/operator/load-runs",
    "/v1/operator/load-runs/{load_run_id}/cancel",
    "/v1/operator/load-runs/{load_run_id}/finish",
    "/v1/operator/payments/review/{payment_id}/resolve",
    "/v1/seller/drops",
    "/v1/seller/drops/{drop_id}/cancel",
    "/v1/seller/drops/{drop_id}/pause",
    "/v1/seller/drops/{drop_id}/resume",
    "/v1/seller/drops/{drop_id}/schedule",
    "/v1/seller/join-keys",
    "/v1/seller/products",
    "/v1/seller/sites",
];
/// Marks an answer that was kept.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Answers are small; a larger one would be a fault of ours.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Runs a request with a key at most once; one whose key can't be taken is not run.
pub(crate) async fn respond(app: App, request: Request, next: Next) -> Result<Response, ApiError> {
    if !is_keyed(&request) {
        return Ok(next.run(request).await);
    }
    let Some(key) = IdempotencyKey::read(request.headers())?.0 else {
        return Ok(next.run(request).await);
    };
    // Only callers with a valid credential may write rows here.
    let caller =
        Caller::identify(&app, request.method(), request.headers(), request.extensions()).await?;
    if matches!(caller, Caller::Shopper(_)) {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let body = edge::extract::body(Request::from_parts(parts.clone(), body), &()).await?;
    let hash = hash(&parts, &body);
    let owner = caller.owner();
    let keyed = KeyedRequest { owner: &owner, key: &key, hash: hash.as_ref() };
    match idempotency::begin(&app.pool, keyed).await? {
        KeyClaim::Answered { status, body } => Ok(replay(status, body)),
        KeyClaim::Running => Err(ApiError::IdempotencyKeyRunning),
        KeyClaim::OtherRequest => Err(ApiError::IdempotencyKeyReuse),
        KeyClaim::TooMany => Err(ApiError::TooManyIdempotencyKeys),
        KeyClaim::Run { first_at } => {
            let mut request = Request::from_parts(parts, Body::from(body));
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(resource_id(first_at, keyed));
            let response = next.run(request).await;
            keep(&app, keyed, response).await
        }
    }
}

fn is_keyed(request: &Request) -> bool {
    if *request.method() != Method::POST {
        return false;
    }
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| KEYED.contains(&route.as_str()))
}

fn hash(parts: &Parts, body: &Bytes) -> digest::Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(parts.method.as_str().as_bytes());
    context.update(b" ");
    context.update(parts.uri.path().as_bytes());
    context.update(b"\n");
    context.update(body);
    context.finish()
}

/// A UUIDv7 at the key's first use, with a hash of owner, key and request as its random part.
fn resource_id(first_at: Timestamp, request: KeyedRequest<'_>) -> ResourceId {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [request.owner.as_bytes(), request.key.as_bytes(), request.hash] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let hash = context.finish();
    let mut random = [0; 10];
    random.copy_from_slice(&hash.as_ref()[..10]);
    let millis = u64::try_from(first_at.as_millisecond()).unwrap_or_default();
    ResourceId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// Keeps the answer, or releases the key. Returns an error when the answer can't be kept.
async fn keep(
    app: &App,
    request: KeyedRequest<'_>,
    response: Response,
) -> Result<Response, ApiError> {
    let status = response.status();
    if was_run(status) {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, MAX_ANSWER_BYTES).await.unwrap_or_default();
        // An answer that was not kept is not given: the request may run again, and the caller
        // would then have two answers to one key (IDEM-1).
        idempotency::finish(&app.pool, request, status.as_u16(), &body).await?;
        return Ok(Response::from_parts(parts, Body::from(body)));
    }
    let released = if status.is_server_error() {
        idempotency::unlock(&app.pool, request).await
    } else {
        idempotency::give_up(&app.pool, request).await
    };
    if let Err(error) = released {
        let error = with_causes(&error);
        tracing::warn!(error, "could not release an idempotency key; it expires in a minute");
    }
    Ok(response)
}

/// Whether the handler got as far as a decision; a request refused on sight may be corrected.
fn was_run(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::CONFLICT
}

fn replay(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let content_type =
        if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_makes_the_same_id_and_another_key_another() {
        let first_at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        let id = |key| {
            resource_id(first_at, KeyedRequest { owner: "seller:1", key, hash: b"request" }).0
        };
        assert_eq!(id("a"), id("a"));
        assert_ne!(id("a"), id("b"));
        assert_eq!(id("a").get_version_num(), 7);
    }

    #[test]
    fn the_document_names_the_key_where_it_counts_and_nowhere_else() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let mut named = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let parameters = item["post"]["parameters"].as_array().cloned().unwrap_or_default();
            if parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
                named.push(path.as_str());
            }
        }
        named.sort_unstable();
        let mut keyed = KEYED.to_vec();
        keyed.push("/v1/orders/{order_id}/payment");
        keyed.sort_unstable();
        assert_eq!(named, keyed);
    }
}
