//! Errors on the wire: RFC 9457 problem+json, with a code that never changes its meaning.

use crate::request_id;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use shared::telemetry::CounterName;
use std::{borrow::Cow, collections::BTreeMap, time::Duration};
use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{self, Content, Ref, RefOr, ResponseBuilder, ResponsesBuilder, Schema},
};

const CONTENT_TYPE: &str = "application/problem+json";

/// What went wrong, as the caller is told. In OpenAPI it stands in for every response that is not a
/// success: `responses((status = 200, …), Problem)`, with `components(schemas(Problem))` once.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Problem(Box<ProblemBody>);

/// An error (RFC 9457). Programs go by `code`, people read `detail`.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ProblemBody {
    /// The code as a URN.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:sluice:problem:sold_out")]
    kind: String,
    /// The HTTP status in words.
    #[schema(value_type = String)]
    title: &'static str,
    /// The HTTP status code.
    #[schema(value_type = u16, example = 409)]
    #[serde(serialize_with = "status_number")]
    status: StatusCode,
    /// Names the problem; a code never changes its meaning.
    #[schema(value_type = String, example = "sold_out")]
    code: &'static str,
    /// What happened this time, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Id of the request, as in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// The faults of the request, where they can be told apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Work to do first, with `proof_needed` and `proof_invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<Value>,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<Duration>,
}

/// One fault of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct FieldError {
    /// Where it is: a JSON pointer, or a parameter's name.
    field: String,
    /// What is wrong there.
    detail: String,
}

impl Problem {
    /// Creates a problem; `code` is one of the service's table.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self(Box::new(ProblemBody {
            kind: format!("urn:sluice:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            code,
            detail: None,
            request_id: request_id::current().map(|id| id.as_str().to_owned()),
            errors: Vec::new(),
            challenge: None,
            retry_after: None,
        }))
    }

    /// Says what happened this time. Never put secrets or other people's data here.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds one fault.
    #[must_use]
    pub fn error(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(FieldError { field: field.into(), detail: detail.into() });
        self
    }

    /// Says which work to do before the request is sent again.
    #[must_use]
    pub fn challenge(mut self, challenge: Value) -> Self {
        self.0.challenge = Some(challenge);
        self
    }

    /// Says when trying again makes sense; becomes `Retry-After`, in whole seconds, rounded up.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// Returns the stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns when trying again makes sense, if it is known.
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// A fault of ours. The cause belongs in the log, not in the response.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
            .detail("Something went wrong on our side.")
    }

    /// Nothing is at this address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found").detail("There is nothing at this address.")
    }

    /// Asked too often.
    #[must_use]
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited")
            .detail("Too many requests. Please try again a little later.")
            .retry_after(retry_after)
    }
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        ProblemBody::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        ProblemBody::schemas(schemas);
    }
}

impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let schema = Ref::from_schema_name(Self::name());
        let response = ResponseBuilder::new()
            .description("The request failed; `code` says why.")
            .content(CONTENT_TYPE, Content::new(Some(schema)));
        ResponsesBuilder::new().response("default", response).build().into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        metrics::counter!(CounterName::Problems.as_str(), "code" => self.0.code).increment(1);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(after) = self.0.retry_after {
            let seconds = after.as_millis().div_ceil(1000).max(1) as u64;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn status_number<S: serde::Serializer>(
    status: &StatusCode,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_tells_its_code_and_when_to_come_back() {
        let problem =
            Problem::rate_limited(Duration::from_millis(1200)).error("/units", "too many");
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["code"], "rate_limited");
        assert_eq!(json["status"], 429);
        assert_eq!(json["type"], "urn:sluice:problem:rate_limited");
        assert_eq!(json["errors"][0]["field"], "/units");
        let response = problem.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_TYPE], CONTENT_TYPE);
    }
}
