//! What the adapter answers when it has nothing else: `{"error": …}`, as the retired API did.

use crate::ApiError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::Problem;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema as _, ToSchema,
    openapi::{self, Content, Ref, RefOr, ResponseBuilder, ResponsesBuilder},
};

/// An answer without what was asked for. One with status 202 is no failure: it is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AwsRefusal {
    status: StatusCode,
    error: String,
}

/// What an answer that is none says.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct AwsError {
    /// Why, for people.
    error: String,
}

impl AwsRefusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// The request isn't one that can be answered.
    pub(super) fn invalid(what: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid {what}"))
    }

    /// To be asked again a little later.
    pub(super) fn not_yet(error: &str) -> Self {
        Self::new(StatusCode::ACCEPTED, error)
    }

    /// There is no such request, or nothing more to say of it.
    pub(super) fn not_found(error: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    /// It was there, and is over.
    pub(super) fn over(error: &str) -> Self {
        Self::new(StatusCode::GONE, error)
    }

    /// It can't be done now, and may be soon.
    pub(super) fn unavailable(error: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }
}

/// Whatever else can fail has its status from the table of all failures, and goes to the log there.
impl<E: Into<ApiError>> From<E> for AwsRefusal {
    fn from(error: E) -> Self {
        let error = error.into();
        let text = error.to_string();
        Self::new(Problem::from(error).status(), text)
    }
}

impl IntoResponse for AwsRefusal {
    fn into_response(self) -> Response {
        let body = Json(AwsError { error: self.error });
        let mut response = (self.status, body).into_response();
        let more = match self.status {
            StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Some((header::RETRY_AFTER, "1"))
            }
            _ => None,
        };
        if let Some((name, value)) = more {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// What is refused before it comes to the adapter, as by a limit of addresses, is a problem as ever.
impl IntoResponses for AwsRefusal {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let ours = Content::new(Some(AwsError::schema()));
        let of_listener = Content::new(Some(Ref::from_schema_name(Problem::name())));
        let response = ResponseBuilder::new()
            .description("Nothing else to say; with 202 it is there a little later.")
            .content("application/json", ours)
            .content("application/problem+json", of_listener);
        ResponsesBuilder::new().response("default", response).build().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_keep_their_status_and_lose_their_form() {
        let refusal = AwsRefusal::from(ApiError::Overloaded);
        assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refusal.error, "Too many people are looking right now.");
        let response = refusal.into_response();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");

        let response = AwsRefusal::from(ApiError::ApiKeyRequired).into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
