//! The load lab of the stand-in: one run, and what its agent says.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::SharedLine;

pub(crate) const OPERATOR_KEY: &str = "sk_operator";

/// What is asked for, and what is told.
#[derive(Clone, Default)]
pub(crate) struct StandInLab(Arc<Mutex<Runs>>);

#[derive(Default)]
struct Runs {
    run: Option<Value>,
    /// Is cancelled as soon as its drops are known.
    cancels: bool,
    told: Vec<Value>,
    finished: Option<Value>,
    cancelled_drops: Vec<String>,
}

impl StandInLab {
    /// Asks for a crowd.
    pub(crate) fn ask(&self, preset: &str, shoppers: u64, units: u32) {
        self.lock().run = Some(json!({
            "id": Uuid::now_v7(), "preset": preset, "shoppers": shoppers, "units": units,
            "state": "waiting", "asked_by": "operator:ann",
        }));
    }

    /// From now on, a run is cancelled as soon as its drops are known.
    pub(crate) fn cancel_soon(&self) {
        self.lock().cancels = true;
    }

    /// What the agent has said last on how far the crowd is.
    pub(crate) fn last_told(&self) -> Value {
        self.lock().told.last().cloned().unwrap_or_default()
    }

    /// What it has found.
    pub(crate) fn finished(&self) -> Option<Value> {
        self.lock().finished.clone()
    }

    pub(crate) fn cancelled_drops(&self) -> Vec<String> {
        self.lock().cancelled_drops.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Runs> {
        self.0.lock().unwrap()
    }
}

impl Runs {
    fn set_state(&mut self, state: &str) -> Value {
        let run = self.run.as_mut().unwrap();
        run["state"] = json!(state);
        run.clone()
    }
}

pub(super) fn router(lab: StandInLab) -> Router<SharedLine> {
    Router::new()
        .route("/v1/operator/load-runs", get(list))
        .route("/v1/operator/load-runs/{id}/take", post(take))
        .route("/v1/operator/load-runs/{id}/progress", post(tell))
        .route("/v1/operator/load-runs/{id}/finish", post(finish))
        .route("/v1/seller/drops/{drop}/cancel", post(cancel_drop))
        .with_state(lab)
}

async fn list(State(lab): State<StandInLab>) -> Json<Value> {
    let runs: Vec<Value> = lab.lock().run.iter().cloned().collect();
    Json(json!({"is_allowed": true, "data": runs}))
}

async fn take(State(lab): State<StandInLab>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    if headers["authorization"] != format!("Bearer {OPERATOR_KEY}") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"code": "api_key_invalid"})));
    }
    (StatusCode::OK, Json(lab.lock().set_state("running")))
}

async fn tell(State(lab): State<StandInLab>, Json(body): Json<Value>) -> Response {
    let mut runs = lab.lock();
    let knows_drops = !body["drop_ids"].as_array().unwrap().is_empty();
    runs.told.push(body);
    if runs.cancels && knows_drops {
        runs.set_state("cancelled");
        let problem = Json(json!({"code": "load_run_wrong_state"}));
        return (StatusCode::CONFLICT, problem).into_response();
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn finish(State(lab): State<StandInLab>, Json(body): Json<Value>) -> Json<Value> {
    let mut runs = lab.lock();
    runs.finished = Some(body);
    Json(runs.set_state("passed"))
}

async fn cancel_drop(State(lab): State<StandInLab>, Path(id): Path<String>) -> Json<Value> {
    lab.lock().cancelled_drops.push(id);
    Json(json!({}))
}
