//! What can go wrong, as callers see it.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("the API key is missing or wrong")]
    Unauthorized,
    /// No such payment or route.
    #[error("there is nothing here")]
    NotFound,
    /// The body, the query or a header is wrong; the text says how.
    #[error("{0}")]
    Invalid(String),
    #[error("this idempotency key was used for another request")]
    KeyReused,
    #[error("a payment that is {0} doesn't allow this")]
    WrongState(&'static str),
    #[error("the refund exceeds what is left of the capture")]
    RefundExceedsCapture,
    /// What a provider answers on a bad day; some cards ask for one.
    #[error("something went wrong on our side")]
    BadDay,
}

impl ApiError {
    /// The one table from failure to status and stable code.
    pub(crate) fn status_and_code(&self) -> (StatusCode, &'static str) {
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

    /// Returns the problem document of this failure.
    pub(crate) fn body(&self) -> serde_json::Value {
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
