//! A span and a time per request.

use crate::request_id;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use shared::telemetry::HistogramName;
use std::time::Instant;
use tracing::Instrument;

/// Times a request and gives its log lines a span. Labels are route patterns, never paths, so that
/// no caller can add new ones.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let span = tracing::info_span!(
        "http", http.method = method, http.route = %route, request_id = request_id::current()
    );
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    metrics::histogram!(
        HistogramName::RequestSeconds.as_str(),
        "route" => route, "method" => method, "status" => status_class(status.as_u16())
    )
    .record(begun.elapsed().as_secs_f64());
    if status.is_server_error() {
        let _entered = span.enter();
        tracing::warn!(http.status = status.as_u16(), "answered with {status}");
    }
    response
}

fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        "HEAD" => "HEAD",
        _ => "other",
    }
}

const fn status_class(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
