//! Changes that go on when their caller hangs up.
//!
//! A handler is a future, and the server drops it when the connection breaks. Between `begin` and
//! `commit` that would leave a pooled connection in the middle of a transaction; between a change
//! and its kept answer, a repeated request would be refused. So whatever changes something runs on
//! a task of its own.

use axum::{
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use edge::{Problem, request_id};
use tracing::Instrument;

/// Runs a request that may change something on a task of its own.
pub async fn layer(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let work = request_id::keep(request_id::current(), next.run(request));
    match tokio::spawn(work.in_current_span()).await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Problem::internal().into_response(),
    }
}
