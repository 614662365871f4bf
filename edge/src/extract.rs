//! Extractors that reject with a problem: [`Json`], [`Path`], [`Query`].

use crate::Problem;
use axum::{
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, FromRequestParts, Request, rejection::BytesRejection,
    },
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// How long a body may take to arrive. Bodies are small, so a slow one is an attack or a dead peer.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The same for a file: 8 MiB over a megabit a second.
const FILE_TIME: Duration = Duration::from_secs(70);

/// Most responses are no longer, tickets among them, so that they are written without growing.
const USUAL_BYTES: usize = 1024;

/// A JSON body, of a request or a response. Give a request's type `#[serde(deny_unknown_fields)]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
                .detail("The body must be JSON, with content-type application/json."));
        }
        let bytes = body(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| invalid_body(&error))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(USUAL_BYTES);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => {
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], body).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "could not write a response");
                Problem::internal().into_response()
            }
        }
    }
}

/// Reads a whole body within the limits of size and time, for callers who need its bytes.
///
/// # Errors
///
/// Returns a [`Problem`] for a body that is too large, too slow or cut off.
pub async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    body_within(BODY_TIME, request, state).await
}

/// Reads a body that is a file, of at most `max_bytes`, whatever the listener's limit is. It has more
/// time, so let only so many callers do this at once.
///
/// # Errors
///
/// Returns a [`Problem`] for a body that is too large, too slow or cut off.
pub async fn file(mut request: Request, max_bytes: usize) -> Result<Bytes, Problem> {
    DefaultBodyLimit::max(max_bytes).apply(&mut request);
    body_within(FILE_TIME, request, &()).await
}

async fn body_within<S: Send + Sync>(
    time: Duration,
    request: Request,
    state: &S,
) -> Result<Bytes, Problem> {
    match tokio::time::timeout(time, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) => Err(unread_body(&rejection)),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "request_timeout")
            .detail("The body took too long to arrive.")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(text)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let Some((kind, format)) = text.split(';').next().and_then(|text| text.split_once('/')) else {
        return false;
    };
    let format = format.rsplit_once('+').map_or(format, |(_, suffix)| suffix);
    kind.trim_start().eq_ignore_ascii_case("application")
        && format.trim_end().eq_ignore_ascii_case("json")
}

fn unread_body(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large")
            .detail("The body is larger than this route accepts.");
    }
    Problem::new(StatusCode::BAD_REQUEST, "invalid_body").detail("The body could not be read.")
}

fn invalid_body(error: &serde_json::Error) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_body").detail(error.to_string())
}

/// Parts of the path. One that can't be parsed names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found())
    }
}

/// Parameters of the query string.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            Problem::new(StatusCode::BAD_REQUEST, "invalid_query").detail(rejection.body_text())
        })
    }
}
