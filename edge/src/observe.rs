//! A span and a time per request.

use crate::request_id::RequestId;
use axum::{
    extract::{MatchedPath, Request},
    http::{Method, StatusCode, header},
    response::Response,
};
use metrics::Histogram;
use parking_lot::RwLock;
use shared::telemetry::HistogramName;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tracing::{Instrument, Span};

/// A request under way: its span, and what its time is counted under.
pub(crate) struct Observed {
    route: Option<MatchedPath>,
    method: &'static str,
    span: Span,
    begun: Instant,
}

/// The histograms of a listener. Each is kept once it is made: finding one by its name and labels
/// allocates, and takes longer than some requests do.
#[derive(Default)]
pub(crate) struct RequestTimes(RwLock<HashMap<String, HashMap<Labels, Histogram>>>);

/// Method and class of status.
type Labels = (&'static str, &'static str);

impl Observed {
    /// Begins to observe a request.
    pub(crate) fn begin(request: &Request, id: &RequestId) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = method_label(request.method());
        let span = tracing::info_span!(
            "http",
            http.method = method,
            http.route = %route_label(route.as_ref()),
            request_id = id.as_str()
        );
        Self { route, method, span, begun: Instant::now() }
    }

    /// Waits for the response in the request's span, and counts the time that it took.
    pub(crate) async fn until(
        self,
        response: impl Future<Output = Response>,
        times: &RequestTimes,
    ) -> Response {
        let response = response.instrument(self.span.clone()).await;
        let status = response.status();
        let labels = (self.method, status_class(status));
        times.record(route_label(self.route.as_ref()), labels, self.begun.elapsed());
        // Who is told when to come back is counted and not logged: in an overload they are thousands
        // a second.
        if status.is_server_error() && !response.headers().contains_key(header::RETRY_AFTER) {
            let _entered = self.span.enter();
            tracing::warn!(http.status = status.as_u16(), "answered with {status}");
        }
        response
    }
}

impl RequestTimes {
    fn record(&self, route: &str, labels: Labels, took: Duration) {
        let seconds = took.as_secs_f64();
        if let Some(times) = self.0.read().get(route).and_then(|times| times.get(&labels)) {
            times.record(seconds);
            return;
        }
        let (method, status) = labels;
        let times = metrics::histogram!(
            HistogramName::RequestSeconds.as_str(),
            "route" => route.to_owned(), "method" => method, "status" => status
        );
        times.record(seconds);
        self.0.write().entry(route.to_owned()).or_default().insert(labels, times);
    }
}

/// Labels are route patterns, never paths, so that no caller can add new ones.
fn route_label(route: Option<&MatchedPath>) -> &str {
    route.map_or("unmatched", MatchedPath::as_str)
}

fn method_label(method: &Method) -> &'static str {
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

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
