//! Callbacks of the payment provider. A callback is no more than a hint: whatever it claims, the
//! workers ask the provider, so a forged, stale or reordered one costs a question at most.

use crate::{ApiError, App};
use aws_lc_rs::hmac;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use database::money::payments::ProviderEvent;
use edge::{Json, Problem};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const SIGNATURE: &str = "sluice-psp-signature";
/// How far a signature's time may be from now, either way.
const TOLERANCE_S: u64 = 300;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(receive))
}

/// What happened to a payment. Unknown fields are ignored: the provider may add some.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct CallbackInput {
    /// Id of the event; one that has made us ask counts once.
    event_id: String,
    /// Our reference for the payment: the order's id.
    reference: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "payment.captured")]
    kind: String,
}

/// Confirms a callback.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct CallbackResponse {
    /// Always true.
    received: bool,
    /// Whether the event had made us ask before, for what is still open.
    repeated: bool,
}

/// Receives a callback of the payment provider.
#[utoipa::path(post, path = "/v1/provider/callbacks", tag = "provider",
    security(("psp_signature" = [])), request_body = CallbackInput,
    responses((status = 200, body = CallbackResponse), Problem))]
#[tracing::instrument(name = "handler.callbacks.receive", skip_all)]
pub(crate) async fn receive(
    State(app): State<App>,
    request: Request,
) -> Result<Json<CallbackResponse>, ApiError> {
    let headers = request.headers().clone();
    let body = edge::extract::body(request, &()).await?;
    let secret = &app.settings.payments.callback_secret;
    verify(&headers, &body, secret, app.now().as_second())?;
    let event = read(&body)?;
    let new = app.batches.receive(event.clone()).await?;
    tracing::debug!(event.id = %event.id, new, "received {} from the provider", event.kind);
    Ok(Json(CallbackResponse { received: true, repeated: !new }))
}

/// Reads a body that the provider signed; its texts are still not to be trusted.
fn read(body: &[u8]) -> Result<ProviderEvent, ApiError> {
    let CallbackInput { event_id: id, reference, kind } =
        serde_json::from_slice(body).map_err(|error| invalid(&error))?;
    let fits = |text: &str| (1..=255).contains(&text.len()) && !text.contains('\0');
    if ![&id, &reference, &kind].into_iter().all(|text| fits(text)) {
        return Err(invalid(&"texts must have 1 to 255 bytes"));
    }
    Ok(ProviderEvent { id, reference, kind })
}

fn invalid(error: &dyn Display) -> ApiError {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_body").detail(error.to_string()).into()
}

/// Checks `t=<unix>,v1=<hex>` over `<t>.<body>`. Without a configured secret, nothing passes.
fn verify(
    headers: &HeaderMap,
    body: &[u8],
    secret: &SecretString,
    now_s: i64,
) -> Result<(), ApiError> {
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let (at, tag) = header.and_then(parse).ok_or(ApiError::CallbackForged)?;
    let secret = secret.expose_secret().as_bytes();
    if secret.is_empty() {
        return Err(ApiError::CallbackForged);
    }
    let signed = [at.to_string().as_bytes(), b".", body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, &signed, &tag).map_err(|_| ApiError::CallbackForged)?;
    if now_s.abs_diff(at) > TOLERANCE_S {
        return Err(ApiError::CallbackStale);
    }
    Ok(())
}

fn parse(header: &str) -> Option<(i64, Vec<u8>)> {
    let (mut at, mut tag) = (None, None);
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) => at = text.parse().ok(),
            ("v1", text) => tag = hex::decode(text).ok(),
            _ => {}
        }
    }
    Some((at?, tag?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const BODY: &[u8] = br#"{"event_id":"evt_1","reference":"r","type":"payment.captured"}"#;

    fn code(secret: &str, signed_with: &str, at: i64, body: &[u8]) -> &'static str {
        let key = hmac::Key::new(hmac::HMAC_SHA256, signed_with.as_bytes());
        let tag = hmac::sign(&key, &[at.to_string().as_bytes(), b".", BODY].concat());
        let header = format!("t={at},v1={}", hex::encode(tag));
        let headers = HeaderMap::from_iter([(
            SIGNATURE.parse().unwrap(),
            HeaderValue::from_str(&header).unwrap(),
        )]);
        verify(&headers, body, &secret.into(), 1000)
            .map_or_else(|e| e.status_and_code().1, |()| "ok")
    }

    #[test]
    fn only_the_provider_is_believed_and_only_now() {
        assert_eq!(code("s", "s", 1000, BODY), "ok");
        assert_eq!(code("s", "other", 1000, BODY), "callback_forged");
        assert_eq!(code("s", "s", 1000, b"{}"), "callback_forged");
        assert_eq!(code("", "", 1000, BODY), "callback_forged");
        assert_eq!(code("s", "s", 699, BODY), "callback_stale");
        assert_eq!(code("s", "s", 1301, BODY), "callback_stale");
    }

    #[test]
    fn half_a_header_is_none() {
        for header in ["", "t=1", "v1=aa", "t=x,v1=aa", "t=1,v1=zz", "nothing"] {
            assert!(parse(header).is_none(), "{header}");
        }
    }
}
