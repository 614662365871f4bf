//! `/healthz`: the process is alive. `/readyz`: it has what it needs. `/metrics`: how it is doing.

use axum::{Json, Router, http::StatusCode, routing::get};
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};

/// What the process needs, and whether it has it: tasks set it, `/readyz` shows it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, bool>>>);

impl Readiness {
    /// Names what is needed; none of it is ready yet.
    pub fn needing(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self(Arc::new(Mutex::new(names.into_iter().map(|name| (name, false)).collect())))
    }

    /// Records whether something is ready; a name that was not listed before is added.
    pub fn set(&self, name: &'static str, ready: bool) {
        self.0.lock().insert(name, ready);
    }

    fn checks(&self) -> BTreeMap<&'static str, bool> {
        self.0.lock().clone()
    }
}

/// Serves `/healthz` and `/readyz`; safe on the public listener.
pub fn routes<S: Clone + Send + Sync + 'static>(readiness: Readiness) -> Router<S> {
    Router::new().route("/healthz", get(async || Json(BTreeMap::from([("ok", true)])))).route(
        "/readyz",
        get(async move || {
            let checks = readiness.checks();
            let ready = checks.values().all(|ready| *ready);
            let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(checks))
        }),
    )
}

/// Adds `/metrics` to [`routes`]; for the admin listener alone.
pub fn admin_routes(
    readiness: Readiness,
    metrics: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> Router {
    routes(readiness).route("/metrics", get(async move || metrics()))
}
