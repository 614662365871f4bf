//! How the installation is doing.

use crate::{ApiError, App, extract::Operator};
use axum::extract::State;
use database::selling::numbers::{self, Heartbeat};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A role that was silent for longer is taken for dead.
const ALIVE_MS: i64 = 10_000;

/// How the installation is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HealthResponse {
    /// `ok`, or `degraded` when something below is not as it should be.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// Whether Redis answers.
    pub redis: bool,
    /// Drops whose lines move.
    pub open_drops: i64,
    /// Order events that are not published yet.
    pub outbox_waiting: i64,
    /// Records that could not be understood.
    pub dead_letters: i64,
    /// Calls to the payment provider without a clear answer.
    pub payments_unknown: i64,
    /// Who was heard of in the last hour.
    pub workers: Vec<WorkerHealth>,
    /// The time here.
    pub server_time: Timestamp,
}

/// A role of a worker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkerHealth {
    /// The process.
    pub instance: String,
    /// Its role.
    pub role: String,
    /// How long ago it was heard of.
    pub age_ms: i64,
    /// Whether that is recent enough.
    pub alive: bool,
}

impl From<Heartbeat> for WorkerHealth {
    fn from(beat: Heartbeat) -> Self {
        let alive = beat.age_ms <= ALIVE_MS;
        Self { instance: beat.instance, role: beat.role, age_ms: beat.age_ms, alive }
    }
}

/// Shows how the installation is doing.
#[utoipa::path(get, path = "/v1/operator/health", tag = "operator",
    security(("operator_key" = [])),
    responses((status = 200, body = HealthResponse),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
#[tracing::instrument(name = "handler.health.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
) -> Result<Json<HealthResponse>, ApiError> {
    let view = numbers::of_workers(&app.pool).await?;
    let redis = app.redis_answers().await;
    let workers: Vec<_> = view.heartbeats.into_iter().map(WorkerHealth::from).collect();
    let well = redis && workers.iter().any(|worker| worker.alive);
    Ok(Json(HealthResponse {
        status: if well { "ok" } else { "degraded" },
        redis,
        open_drops: view.open_drops,
        outbox_waiting: view.outbox_waiting,
        dead_letters: view.dead_letters,
        payments_unknown: view.payments_unknown,
        workers,
        server_time: app.now(),
    }))
}
