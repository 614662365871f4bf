//! Changes that go on when their caller hangs up.
//!
//! A handler is a future, and the server drops it when the connection breaks: in the middle of a
//! transaction, or between a change and its kept answer, so that a repeated request would be
//! refused. So whatever changes something runs on a task of its own.

use crate::ApiError;
use axum::{extract::Request, http::Method, middleware::Next, response::Response};
use edge::request_id;

/// Runs a request that may change something to its end.
pub(crate) async fn layer(request: Request, next: Next) -> Result<Response, ApiError> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(next.run(request).await);
    }
    let work = request_id::keep(request_id::current(), next.run(request));
    database::run_to_completion(async { Ok(work.await) }).await
}
