//! The routes, and what stands around them.

use crate::{
    app::App,
    routes::{room, stream, tickets},
};
use axum::{Router, routing::get};
use edge::{Edge, KeyedLimiter, SecurityHeaders, health};
use shared::config::Settings;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(info(title = "Sluice admission", description = "Joining a line and watching it move."))]
struct Document;

/// Routes for shoppers.
pub fn public(app: App, settings: &Settings) -> Router {
    let readiness = app.rooms.readiness();
    let per_ip = settings.limits.requests_per_second_per_ip;
    let edge = Edge {
        origins: app.origins.clone(),
        headers: SecurityHeaders::api(),
        per_ip: Some(KeyedLimiter::per_second(per_ip, per_ip, KeyedLimiter::IP_CELLS)),
        body_bytes: settings.limits.body_bytes.get() as usize,
    };
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(tickets::join::join))
        .routes(routes!(tickets::status::status, tickets::leave::leave))
        .routes(routes!(stream::socket))
        .routes(routes!(stream::events))
        .routes(routes!(room::room))
        .split_for_parts();
    let document = axum::body::Bytes::from(document.to_json().unwrap_or_default());
    let router = router.with_state(app).merge(health::routes(readiness)).route(
        "/openapi.json",
        get(async move || ([("content-type", "application/json")], document.clone())),
    );
    edge.wrap(router)
}
