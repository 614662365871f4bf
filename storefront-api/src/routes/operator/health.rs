//! How the installation is doing.

use crate::{ApiError, App, extract::CurrentOperator};
use axum::extract::State;
use database::workers::{heartbeats::Heartbeat, overview};
use edge::{Json, Problem};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A role that has been silent for longer counts as dead.
pub(super) const ALIVE_MS: i64 = 10_000;

/// How the installation is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HealthResponse {
    status: HealthStatus,
    /// Whether Redis answers.
    redis: bool,
    /// Drops whose lines move.
    open_drops: i64,
    /// Transactions whose order events aren't published yet.
    outbox_waiting: i64,
    /// Rows of the journal without a partition of their own; more than none is an alarm.
    journal_in_default: i64,
    /// Records that couldn't be processed.
    dead_letters: i64,
    /// Calls to the payment provider without a clear answer.
    payments_unknown: i64,
    /// Payments that wait for a person.
    payments_to_review: i64,
    /// Roles heard from in the last hour.
    workers: Vec<WorkerHealth>,
    /// The server's clock.
    server_time: Timestamp,
}

/// `degraded` if Redis doesn't answer or no worker is alive.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
enum HealthStatus {
    #[serde(rename = "ok")]
    Healthy,
    #[serde(rename = "degraded")]
    Degraded,
}

/// One role of a worker.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct WorkerHealth {
    /// Names the process.
    instance: String,
    role: String,
    /// Time since its last heartbeat.
    age_ms: i64,
    /// Whether that is recent enough.
    alive: bool,
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
    responses((status = 200, body = HealthResponse), Problem))]
#[tracing::instrument(name = "handler.health.show", skip_all)]
pub(crate) async fn show(
    State(app): State<App>,
    _: CurrentOperator,
) -> Result<Json<HealthResponse>, ApiError> {
    let view = overview::read(&app.pool).await?;
    let redis = app.redis_answers().await;
    let workers: Vec<_> = view.heartbeats.into_iter().map(WorkerHealth::from).collect();
    let healthy = redis && workers.iter().any(|worker| worker.alive);
    Ok(Json(HealthResponse {
        status: if healthy { HealthStatus::Healthy } else { HealthStatus::Degraded },
        redis,
        open_drops: view.open_drops,
        outbox_waiting: view.outbox_waiting,
        journal_in_default: view.journal_in_default,
        dead_letters: view.dead_letters,
        payments_unknown: view.payments_unknown,
        payments_to_review: view.payments_to_review,
        workers,
        server_time: app.now(),
    }))
}
