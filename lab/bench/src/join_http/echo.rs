//! The baseline: the same JSON in and out, and nothing in between.

use axum::{Json, Router, http::StatusCode, routing::post};
use serde::{Deserialize, Serialize};
use shared::ids::VariantId;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct EchoJoin {
    variant_id: VariantId,
    units: u32,
}

/// The fields of admission's answer, with values of the same lengths.
#[derive(Serialize)]
struct EchoTicket {
    /// The one id at hand; all ids are of one length.
    ticket_id: VariantId,
    token: &'static str,
    queue_number: u64,
    epoch: u32,
    evn: u64,
    state: &'static str,
    position: Option<u64>,
    waiting: Option<u64>,
    joined_at: &'static str,
    refresh_after_ms: u64,
}

/// As long as the real one.
const TOKEN: &str = "AQEBZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy";

async fn echo(Json(join): Json<EchoJoin>) -> (StatusCode, Json<EchoTicket>) {
    let ticket = EchoTicket {
        ticket_id: join.variant_id,
        token: TOKEN,
        queue_number: 100_000 + u64::from(join.units),
        epoch: 1,
        evn: 10_000,
        state: "waiting",
        position: Some(100_000),
        waiting: Some(100_000),
        joined_at: "2026-01-01T00:00:00.123Z",
        refresh_after_ms: 15_000,
    };
    (StatusCode::CREATED, Json(ticket))
}

/// Serves in this process.
pub(crate) async fn serve(port: u16) -> anyhow::Result<()> {
    let router = Router::new().route("/v1/drops/{drop}/tickets", post(echo));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, router).await?)
}
