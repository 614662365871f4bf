//! `/healthz`: the process is alive. `/readyz`: it has what it needs. `/metrics`: how it is doing.

use axum::{Json, Router, http::StatusCode, routing::get};
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};

/// What the process needs or misses, and whether it has it: tasks set it, `/readyz` shows it.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, Check>>>);

#[derive(Clone, Copy, Debug)]
struct Check {
    is_met: bool,
    is_needed: bool,
}

impl Readiness {
    /// Names what is needed; none of it is ready yet.
    pub fn needing(names: impl IntoIterator<Item = &'static str>) -> Self {
        let check = Check { is_met: false, is_needed: true };
        Self(Arc::new(Mutex::new(names.into_iter().map(|name| (name, check)).collect())))
    }

    /// Records whether something is ready; a name that was not listed before is added.
    pub fn set(&self, name: &'static str, ready: bool) {
        self.0.lock().insert(name, Check { is_met: ready, is_needed: true });
    }

    /// Records whether something is there that the process can do without: it is shown, and keeps
    /// no traffic away. What was needed so far is needed no more.
    pub fn note(&self, name: &'static str, is_met: bool) {
        self.0.lock().insert(name, Check { is_met, is_needed: false });
    }

    /// Whether all that is needed is there, and what is there of everything.
    fn checks(&self) -> (bool, BTreeMap<&'static str, bool>) {
        let checks = self.0.lock();
        let is_ready = checks.values().all(|check| check.is_met || !check.is_needed);
        (is_ready, checks.iter().map(|(name, check)| (*name, check.is_met)).collect())
    }
}

/// Serves `/healthz` and `/readyz`; safe on the public listener.
pub fn routes<S: Clone + Send + Sync + 'static>(readiness: Readiness) -> Router<S> {
    Router::new().route("/healthz", get(async || Json(BTreeMap::from([("ok", true)])))).route(
        "/readyz",
        get(async move || {
            let (is_ready, checks) = readiness.checks();
            let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_shown_and_keeps_nobody_away() {
        let readiness = Readiness::needing(["redis"]);
        readiness.note("positions", false);
        assert_eq!(readiness.checks(), (false, [("positions", false), ("redis", false)].into()));
        readiness.note("redis", true);
        assert!(readiness.checks().0);
        readiness.note("redis", false);
        assert_eq!(readiness.checks(), (true, [("positions", false), ("redis", false)].into()));
        readiness.set("redis", false);
        assert!(!readiness.checks().0);
    }
}
