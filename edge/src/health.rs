//! `/healthz`: the process is alive. `/readyz`: it has what it needs. `/metrics`: how it is doing.

use axum::{Json, Router, http::StatusCode, routing::get};
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};
use tokio_util::sync::CancellationToken;

/// What the process needs or misses, and whether it has it: tasks set it, `/readyz` shows it.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    checks: Arc<Mutex<BTreeMap<&'static str, Check>>>,
    leaving: CancellationToken,
}

/// What `/readyz` calls that the process does not stay.
const STAYING: &str = "staying";

#[derive(Clone, Copy, Debug)]
struct Check {
    is_met: bool,
    is_needed: bool,
}

impl Readiness {
    /// Names what is needed; none of it is ready yet.
    pub fn needing(names: impl IntoIterator<Item = &'static str>) -> Self {
        let check = Check { is_met: false, is_needed: true };
        let checks = names.into_iter().map(|name| (name, check)).collect();
        Self { checks: Arc::new(Mutex::new(checks)), ..Self::default() }
    }

    /// Says that the process is not ready once this token is cancelled, whatever it has.
    #[must_use]
    pub fn until(self, leaving: CancellationToken) -> Self {
        Self { leaving, ..self }
    }

    /// Records whether something is ready; a name that was not listed before is added.
    pub fn set(&self, name: &'static str, ready: bool) {
        self.checks.lock().insert(name, Check { is_met: ready, is_needed: true });
    }

    /// Records whether something is there that the process can do without: it is shown, and keeps
    /// no traffic away. What was needed so far is needed no more.
    pub fn note(&self, name: &'static str, is_met: bool) {
        self.checks.lock().insert(name, Check { is_met, is_needed: false });
    }

    /// Whether all that is needed is there, and what is there of everything.
    fn checks(&self) -> (bool, BTreeMap<&'static str, bool>) {
        let is_leaving = self.leaving.is_cancelled();
        let checks = self.checks.lock();
        let has_all = checks.values().all(|check| check.is_met || !check.is_needed);
        let shown = checks.iter().map(|(name, check)| (*name, check.is_met));
        let shown = shown.chain(is_leaving.then_some((STAYING, false))).collect();
        (has_all && !is_leaving, shown)
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

    #[test]
    fn who_leaves_is_not_ready() {
        let leaving = CancellationToken::new();
        let readiness = Readiness::needing([]).until(leaving.clone());
        assert_eq!(readiness.checks(), (true, BTreeMap::new()));
        leaving.cancel();
        assert_eq!(readiness.checks(), (false, [(STAYING, false)].into()));
    }
}
