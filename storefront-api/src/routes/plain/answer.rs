//! A page as it goes out.

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

/// Without an origin a form would be taken for that of another page.
const REFERRER_POLICY: &str = "same-origin";

/// Sends a page of somebody's own: nothing on the way may keep it.
pub(super) fn page(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language, cookie"),
        (header::REFERRER_POLICY, REFERRER_POLICY),
    ];
    (status, headers, Html(text)).into_response()
}
