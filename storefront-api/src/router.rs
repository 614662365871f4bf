//! All routes with the layers around them.
//!
//! | routes | layers, from the outside |
//! |---|---|
//! | all | the listener's ([`edge::layers`]) |
//! | the API, the adapter for the retired waiting room | `api_layer`: not stored, run to completion, idempotency |
//! | pages, `/docs`, pages without scripts | a content security policy of their own |

use crate::{
    App, docs, idempotency, openapi, pages,
    routes::{aws, plain},
    run_to_completion,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use edge::{AllowedOrigins, Edge, KeyedLimiter, Readiness, SecurityHeaders, health};
use shared::config::Settings;

/// Builds the routes of the public listener.
pub fn public(app: &App, readiness: Readiness) -> Router {
    let (mut api, _) = openapi::api().split_for_parts();
    if app.aws_key.is_some() {
        api = api.merge(openapi::adapter().split_for_parts().0);
    }
    let api = api.layer(from_fn_with_state(app.clone(), api_layer)).with_state(app.clone());
    let router = Router::new()
        .merge(api)
        .merge(docs::router(app))
        .merge(pages::router(app))
        .merge(plain::router(app))
        .merge(health::routes(readiness));
    edge(&app.settings).wrap(router)
}

fn edge(settings: &Settings) -> Edge {
    let limits = &settings.limits;
    let per_ip = limits.requests_per_second_per_ip;
    let ours = [&settings.storefront.public_url];
    let origins = AllowedOrigins::new(ours.into_iter().chain(&settings.admission.allowed_origins));
    Edge {
        // A site's gate is asked by the site's own pages; it looks at them itself. Where the adapter is
        // asked by pages, it knows nobody by a cookie.
        origins: origins.except_below("/v1/gate/").open_at(&aws::PUBLIC),
        headers: SecurityHeaders::api().for_public_url(&settings.storefront.public_url),
        per_ip: Some(KeyedLimiter::per_second(per_ip, per_ip, KeyedLimiter::IP_CELLS)),
        body_bytes: limits.body_bytes.get() as usize,
        fault_page: Some(pages::failed),
    }
}

/// All that stands around the handlers of the API. One layer, since each costs every request a
/// clone of all that it wraps.
async fn api_layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let answer = run_to_completion::run(&method, idempotency::respond(app, request, next)).await;
    do_not_store(answer.into_response())
}

/// Responses are of the moment and often private: nothing on the way may keep them.
fn do_not_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
