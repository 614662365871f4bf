//! Changes that go on when their caller hangs up.
//!
//! A handler is a future, and the server drops it when the connection breaks: in the middle of a
//! transaction, or between a change and its kept answer, so that a repeated request would be
//! refused. So whatever changes something runs on a task of its own.

use crate::ApiError;
use axum::{http::Method, response::Response};
use edge::request_id;

/// Does the work of a request; to its end, if the request may change something.
pub(crate) async fn run(
    method: &Method,
    work: impl Future<Output = Result<Response, ApiError>> + Send + 'static,
) -> Result<Response, ApiError> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return work.await;
    }
    database::run_to_completion(request_id::keep(request_id::current(), work)).await
}
