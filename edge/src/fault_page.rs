//! What people see of a fault of ours: a page, where a browser asked for one. Programs get the problem.

use axum::{
    extract::Request,
    http::{HeaderMap, Uri, header},
    response::Response,
};

/// Below this all is for programs, whatever they say that they accept.
const API: &str = "/v1/";

/// Makes the page, for whoever asked for this address with these headers. It gets the status of the fault.
pub type FaultPage = fn(&Uri, &HeaderMap) -> Response;

/// Somebody who reads pages.
pub(crate) struct PageReader {
    page: FaultPage,
    uri: Uri,
    headers: HeaderMap,
}

impl PageReader {
    /// Looks who has sent a request; `None` for a program, or without a page to show.
    pub(crate) fn of(page: Option<FaultPage>, request: &Request) -> Option<Self> {
        let page = page.filter(|_| !request.uri().path().starts_with(API))?;
        let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
        let reads = accept.contains("text/html");
        let (uri, headers) = (request.uri(), request.headers());
        reads.then(|| Self { page, uri: uri.clone(), headers: headers.clone() })
    }

    /// Returns a response as it is shown: the page in place of the problem of a fault.
    pub(crate) fn shown(self, response: Response) -> Response {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        if !response.status().is_server_error() || is_page {
            return response;
        }
        let mut page = (self.page)(&self.uri, &self.headers);
        *page.status_mut() = response.status();
        if let Some(after) = response.headers().get(header::RETRY_AFTER) {
            page.headers_mut().insert(header::RETRY_AFTER, after.clone());
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Problem;
    use axum::{
        body::Body,
        http::StatusCode,
        response::{Html, IntoResponse},
    };
    use std::time::Duration;

    fn page(uri: &Uri, _: &HeaderMap) -> Response {
        Html(format!("sorry about {uri}")).into_response()
    }

    fn request(path: &str, accept: &str) -> Request {
        let request = Request::builder().uri(path).header(header::ACCEPT, accept);
        request.body(Body::empty()).unwrap()
    }

    fn away() -> Response {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded");
        problem.retry_after(Duration::from_secs(3)).into_response()
    }

    #[test]
    fn only_who_reads_pages_gets_one_and_nobody_below_the_api() {
        let reads = |path, accept| PageReader::of(Some(page), &request(path, accept)).is_some();
        assert!(reads("/", "text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!reads("/", "*/*") && !reads("/", "application/json"));
        assert!(!reads("/v1/drops", "text/html"));
        assert!(PageReader::of(None, &request("/", "text/html")).is_none());
    }

    #[test]
    fn a_fault_is_a_page_with_its_status_and_its_time_and_all_else_stays() {
        let shown = |response| {
            PageReader::of(Some(page), &request("/", "text/html")).unwrap().shown(response)
        };
        let page = shown(away());
        assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(page.headers()[header::RETRY_AFTER], "3");
        assert!(page.headers()[header::CONTENT_TYPE].as_bytes().starts_with(b"text/html"));

        let refusal = shown(Problem::not_found().into_response());
        assert_eq!(refusal.headers()[header::CONTENT_TYPE], "application/problem+json");
        let own = (StatusCode::SERVICE_UNAVAILABLE, Html("a page of its own")).into_response();
        assert!(!shown(own).headers().contains_key(header::RETRY_AFTER));
    }
}
