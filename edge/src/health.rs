//! `/healthz` says that the process lives, `/readyz` that it can do its work, `/metrics` how.

use axum::{Json, Router, http::StatusCode, routing::get};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What the process needs, and whether it has it. Tasks set it, `/readyz` reads it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, bool>>>);

impl Readiness {
    /// Names what is needed; nothing is there yet.
    pub fn needing(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self(Arc::new(Mutex::new(names.into_iter().map(|name| (name, false)).collect())))
    }

    /// Tells whether something is there.
    pub fn set(&self, name: &'static str, ready: bool) {
        self.checks().insert(name, ready);
    }

    /// Whether everything is there.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.checks().values().all(|ready| *ready)
    }

    fn checks(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `/healthz` and `/readyz`, for the public listener too.
pub fn routes<S: Clone + Send + Sync + 'static>(readiness: Readiness) -> Router<S> {
    Router::new().route("/healthz", get(async || Json(BTreeMap::from([("ok", true)])))).route(
        "/readyz",
        get(async move || {
            let ready = readiness.is_ready();
            let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(readiness.checks().clone()))
        }),
    )
}

/// Health and metrics, for the admin listener alone.
pub fn admin_routes(
    readiness: Readiness,
    metrics: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> Router {
    routes(readiness).route("/metrics", get(async move || metrics()))
}
