//! The routes, and what stands around them.

use crate::{app::App, openapi, routes::line};
use axum::{Router, body::Bytes, routing::get};
use edge::{Edge, KeyedLimiter, SecurityHeaders, health};
use shared::config::Settings;

/// Routes for shoppers, and the pages of those without scripts.
pub(crate) fn public(app: App, settings: &Settings) -> Router {
    let per_ip = settings.limits.requests_per_second_per_ip;
    let edge = Edge {
        origins: app.origins.clone(),
        headers: SecurityHeaders::api().for_public_url(&settings.admission.public_url),
        per_ip: Some(KeyedLimiter::per_second(per_ip, per_ip, KeyedLimiter::IP_CELLS)),
        body_bytes: settings.limits.body_bytes.get() as usize,
        fault_page: None,
    };
    let probes = health::routes(app.readiness.clone());
    let (router, document) = openapi::api().split_for_parts();
    let document = Bytes::from(document.to_json().unwrap_or_default());
    let router = router.merge(line::router(&app)).with_state(app).merge(probes).route(
        openapi::PATH,
        get(async move || ([("content-type", "application/json")], document.clone())),
    );
    edge.wrap(router)
}
