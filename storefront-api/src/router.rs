//! All routes with the layers around them.

use crate::{ApiError, App, idempotency, openapi, pages, run_to_completion};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use edge::{
    AllowedOrigins, Edge, KeyedLimiter, PeerAddr, Readiness, SecurityHeaders, headers, health,
};
use shared::config::Settings;
use utoipa_swagger_ui::SwaggerUi;

/// What Swagger UI needs: it has inline styles, and images in data URLs.
const DOCS_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// Builds the routes of the public listener.
pub fn public(app: &App, readiness: Readiness) -> Router {
    let (api, document) = openapi::api().split_for_parts();
    let api = api
        .layer(from_fn_with_state(app.clone(), idempotency::layer))
        .layer(from_fn(run_to_completion::layer))
        .layer(from_fn_with_state(session_limiter(&app.settings), limit_sessions))
        .layer(from_fn(do_not_store))
        .with_state(app.clone());
    let docs: Router = SwaggerUi::new("/docs").url("/openapi.json", document).into();
    let docs = docs.layer(from_fn_with_state(SecurityHeaders::with_csp(DOCS_CSP), headers::set));
    let router = Router::new()
        .merge(api)
        .merge(docs)
        .merge(pages::router(&app.settings))
        .merge(health::routes(readiness));
    edge(&app.settings).wrap(router)
}

fn edge(settings: &Settings) -> Edge {
    let limits = &settings.limits;
    let per_ip = limits.requests_per_second_per_ip;
    let ours = [&settings.storefront.public_url];
    Edge {
        origins: AllowedOrigins::new(ours.into_iter().chain(&settings.admission.allowed_origins)),
        headers: SecurityHeaders::api(),
        per_ip: Some(KeyedLimiter::per_second(per_ip, per_ip, KeyedLimiter::IP_CELLS)),
        body_bytes: limits.body_bytes.get() as usize,
    }
}

fn session_limiter(settings: &Settings) -> KeyedLimiter {
    let rate = settings.limits.sessions_per_second_per_ip;
    KeyedLimiter::per_second(rate, rate, KeyedLimiter::IP_CELLS)
}

/// A new session costs a caller nothing, so an address may start only so many a second.
async fn limit_sessions(
    State(limiter): State<KeyedLimiter>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let begins = *request.method() == Method::POST && request.uri().path() == "/v1/session";
    if begins && let Some(peer) = request.extensions().get::<PeerAddr>() {
        limiter.check(&peer.key())?;
    }
    Ok(next.run(request).await)
}

/// Responses are of the moment and often private: nothing on the way may keep them.
async fn do_not_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
