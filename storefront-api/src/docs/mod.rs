//! `/openapi.json`, and `/docs`: the documents of both services in one page of Swagger UI. The adapter for the
//! retired waiting room has its own, `/openapi-aws.json`, where it is there.
//!
//! Swagger UI is large, so it is compressed when it is built, and our documents at their first use:
//! nobody can have us compress a megabyte at each request.

use crate::{App, openapi, pages};
use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, header},
    middleware::from_fn_with_state,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use edge::{Path, Problem, SecurityHeaders, headers};
use flate2::{Compression, write::GzEncoder};
use std::{
    io::{self, Write as _},
    sync::{Arc, LazyLock},
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

const PAGE: &str = include_str!("page.html");
const START: &str = include_str!("start.js");
/// What the page loads of Swagger UI.
const FILES: [&str; 5] = [
    "favicon-32x32.png",
    "index.css",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// The storefront's document.
static DOCUMENT: LazyLock<ServedDocument> =
    LazyLock::new(|| ServedDocument::new(&openapi::document()));
/// The adapter's.
static ADAPTER: LazyLock<ServedDocument> =
    LazyLock::new(|| ServedDocument::new(&openapi::adapter_document()));

struct ServedDocument {
    plain: Bytes,
    /// `None` if it could not be compressed.
    gzipped: Option<Bytes>,
}

/// Serves the page, what it loads, and the storefront's documents.
pub(crate) fn router(app: &App) -> Router {
    let csp = content_security_policy(&app.settings.admission.public_url);
    let mut router = Router::new();
    if app.aws_key.is_some() {
        router = router
            .route("/openapi-aws.json", get(async |headers: HeaderMap| ADAPTER.answer(&headers)));
    }
    router
        .route("/openapi.json", get(async |headers: HeaderMap| DOCUMENT.answer(&headers)))
        .route("/docs", get(async || Redirect::to("/docs/")))
        .route("/docs/", get(async || Html(PAGE)))
        .route("/docs/start.js", get(start))
        .route("/docs/{file}", get(file))
        .layer(from_fn_with_state(SecurityHeaders::with_csp(&csp), headers::set))
}

/// Allows what Swagger UI needs, inline styles and images in data URLs, and calls to both services.
fn content_security_policy(admission_url: &str) -> String {
    let origins = pages::admission_origins(admission_url).join(" ");
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self' data:; connect-src 'self' {origins}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

impl ServedDocument {
    fn new(document: &OpenApi) -> Self {
        let plain = document.to_json().unwrap_or_default();
        let gzipped = gzip(plain.as_bytes()).ok().map(Bytes::from);
        Self { plain: plain.into(), gzipped }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let (json, vary) =
            ((header::CONTENT_TYPE, "application/json"), (header::VARY, "accept-encoding"));
        match &self.gzipped {
            Some(gzipped) if takes_gzip(headers) => {
                ([json, vary, (header::CONTENT_ENCODING, "gzip")], gzipped.clone()).into_response()
            }
            _ => ([json, vary], self.plain.clone()).into_response(),
        }
    }
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0")
    })
}

async fn start() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], START)
}

/// Serves a file of Swagger UI. All are sent compressed, since every browser takes that, and nothing
/// else reads them.
async fn file(Path(name): Path<String>) -> Response {
    if !FILES.contains(&name.as_str()) {
        return Problem::not_found().into_response();
    }
    let Ok(Some(file)) = utoipa_swagger_ui::serve(&name, Arc::<Config<'static>>::default()) else {
        return Problem::not_found().into_response();
    };
    let cache = (header::CACHE_CONTROL, "public, max-age=3600".to_owned());
    let headers = [(header::CONTENT_TYPE, file.content_type), cache];
    let mut response = (headers, Body::from(file.bytes)).into_response();
    if file.gzpipped {
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_takes_gzip_gets_it() {
        let takes = |value| {
            let value = HeaderValue::from_static(value);
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5, deflate"));
        assert!(!takes("br") && !takes("gzip;q=0, br") && !takes("x-gzip-not"));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn the_page_may_ask_both_services() {
        let csp = content_security_policy("https://line.shop.example/");
        assert!(csp.contains("connect-src 'self' https://line.shop.example "), "{csp}");
    }
}
