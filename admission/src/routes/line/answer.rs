//! The page as it goes out.

use super::filling::LinePage;
use crate::{app::App, error::ApiError};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use edge::{
    page::{Language, at_name_of},
    possession,
};
use shared::ids::DropId;

/// Without an origin a form would be taken for that of another page; and the shop's is another one on a local
/// machine.
const REFERRER_POLICY: &str = "strict-origin";

/// Returns the page of a line for whoever sent these headers.
pub(super) fn line_page(
    app: &App,
    drop_id: DropId,
    language: Language,
    headers: &HeaderMap,
) -> LinePage {
    LinePage { language, shop: at_name_of(headers, &app.shop_url), drop_id }
}

/// Sends a page of somebody's own: nothing on the way may keep it.
pub(super) fn send(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language, cookie"),
        (header::REFERRER_POLICY, REFERRER_POLICY),
    ];
    (status, headers, Html(text)).into_response()
}

/// Says in a page why something was refused that somebody asked for.
pub(super) fn refuse(page: &LinePage, error: &ApiError) -> Response {
    let (status, code) = error.status_and_code();
    send(status, page.refused(code))
}

/// Says that nobody can tell now where somebody stands, or that they stand nowhere. Whose place belongs to the
/// key of their browser hears that only scripts can use that.
pub(super) fn without_place(page: &LinePage, error: &ApiError) -> Response {
    if matches!(error, ApiError::Problem(problem) if possession::is_unproven(problem)) {
        return refuse(page, error);
    }
    let (status, _) = error.status_and_code();
    let passes = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    send(status, if passes { page.restoring() } else { page.lost() })
}
