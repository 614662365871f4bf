//! The icons of the shop, the consoles and notifications.
//!
//! Their names stay the same, so browsers ask for them again after a while.

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

const ICON: &str = include_str!("../../../web/dist/icon.svg");
/// The icon of a page whose shopper's turn it is.
const TURN: &str = include_str!("../../../web/dist/turn.svg");

/// Serves `/assets/icon.svg` and `/assets/turn.svg`.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/icon.svg", get(async || icon(ICON)))
        .route("/assets/turn.svg", get(async || icon(TURN)))
}

fn icon(image: &'static str) -> Response {
    let kind = (header::CONTENT_TYPE, "image/svg+xml");
    ([kind, (header::CACHE_CONTROL, "public, max-age=86400")], image).into_response()
}
