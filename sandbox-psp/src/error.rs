//! What can go wrong, as callers see it.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// A refused request.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The bearer token is missing or wrong.
    #[error("the api key is missing or wrong")]
    Unauthorized,
    /// No such payment or route.
    #[error("there is no such thing here")]
    NotFound,
    /// The body, the query or a header does not make sense.
    #[error("{0}")]
    Invalid(String),
    /// The idempotency key was used for another request.
    #[error("this idempotency key came with another request before")]
    KeyReused,
    /// The payment is not in a state that allows this.
    #[error("a payment that is {0} does not allow this")]
    WrongState(&'static str),
    /// More is to be refunded than is left.
    #[error("more than what is left of the capture")]
    RefundExceedsCapture,
    /// The card stands for a provider's bad day.
    #[error("something broke on our side")]
    BadDay,
}

impl ApiError {
    /// The one table from failure to status and stable code.
    #[must_use]
    pub fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused"),
            Self::WrongState(_) => (StatusCode::CONFLICT, "wrong_state"),
            Self::RefundExceedsCapture => (StatusCode::CONFLICT, "refund_exceeds_capture"),
            Self::BadDay => (StatusCode::INTERNAL_SERVER_ERROR, "provider_error"),
        }
    }

    /// The problem document of this failure.
    #[must_use]
    pub fn body(&self) -> serde_json::Value {
        let (status, code) = self.status_and_code();
        json!({
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "code": code,
            "detail": self.to_string(),
        })
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, _) = self.status_and_code();
        let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, content_type, Json(self.body()).into_response().into_body()).into_response()
    }
}
