//! The consoles: one page each, whose script shows what the fragment of its address names.
//!
//! Names of their assets change with what is in them, so browsers keep them for good.

use axum::{
    Router,
    http::header,
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use edge::{SecurityHeaders, headers};
use memory_serve::CacheControl;

const OPERATOR: &str = include_str!("../../../web/dist/console/operator.html");
const SELLER: &str = include_str!("../../../web/dist/console/seller.html");

/// Allows our own scripts and styles alone, calls to this API alone, and no form to go anywhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Serves `/operator`, `/seller` and `/console/*`.
pub(super) fn router() -> Router {
    let assets = memory_serve::load!("console")
        .index_file(None)
        .cache_control(CacheControl::Long)
        .html_cache_control(CacheControl::NoCache)
        .enable_gzip(true)
        .into_router::<()>();
    Router::new()
        .route("/operator", get(async || page(OPERATOR)))
        .route("/seller", get(async || page(SELLER)))
        .nest("/console", assets)
        .layer(from_fn_with_state(SecurityHeaders::with_csp(CONTENT_SECURITY_POLICY), headers::set))
}

/// A page is asked for anew each time, since it names the assets of the moment.
fn page(text: &'static str) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Html(text)).into_response()
}
