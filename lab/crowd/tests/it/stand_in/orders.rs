//! The stand-in's orders: seen, paid and cancelled.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{SharedLine, lock};

pub(super) fn router() -> Router<SharedLine> {
    Router::new()
        .route("/v1/orders/{id}", get(order))
        .route("/v1/orders/{id}/payment", post(pay))
        .route("/v1/orders/{id}/cancel", post(cancel))
}

async fn order(State(line): State<SharedLine>, Path(id): Path<String>) -> Json<Value> {
    let line = lock(&line);
    let (state, _) = line.orders[&id];
    let reason = line.declined.contains(&id).then_some("declined");
    let mut order = json!({"id": id, "state": state, "reason": reason});
    line.units_held.tell(&mut order);
    Json(order)
}

async fn pay(
    State(line): State<SharedLine>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let mut line = lock(&line);
    let line = &mut *line;
    match line.orders.get_mut(&id) {
        Some(("reserved", _)) if body["payment_method"] == "pm_card_decline" => {
            line.declined.insert(id.clone());
        }
        Some((state @ "reserved", _)) => *state = "confirmed",
        Some(("confirmed", _)) => {}
        _ => return (StatusCode::CONFLICT, Json(json!({"code": "wrong_state"}))),
    }
    (StatusCode::ACCEPTED, Json(json!({"order_id": id})))
}

async fn cancel(State(line): State<SharedLine>, Path(id): Path<String>) -> Json<Value> {
    if let Some((state @ "reserved", _)) = lock(&line).orders.get_mut(&id) {
        *state = "cancelled";
    }
    Json(json!({"id": id}))
}
