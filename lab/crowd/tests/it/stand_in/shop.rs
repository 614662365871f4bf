//! What the stand-in sells, and to whom: sessions, products, drops and their pages.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{SharedLine, lock};

pub(super) fn router() -> Router<SharedLine> {
    Router::new()
        .route("/v1/session", post(session))
        .route("/v1/seller/products", post(create_product))
        .route("/v1/seller/drops", post(create_drop))
        .route("/drops/{drop}", get(page))
        .route("/v1/drops/{drop}", get(flash_drop))
}

async fn session() -> (StatusCode, Json<Value>) {
    let token = Uuid::now_v7().to_string();
    (StatusCode::CREATED, Json(json!({"shopper_id": token, "token": token})))
}

async fn create_product() -> (StatusCode, Json<Value>) {
    let product = json!({"id": Uuid::from_u128(2), "variants": [{"id": Uuid::from_u128(1)}]});
    (StatusCode::CREATED, Json(product))
}

async fn create_drop() -> (StatusCode, Json<Value>) {
    let flash_drop = json!({"id": Uuid::now_v7(), "variants": [{"id": Uuid::from_u128(1)}]});
    (StatusCode::CREATED, Json(flash_drop))
}

async fn page(State(line): State<SharedLine>) -> &'static str {
    lock(&line).n_pages += 1;
    "<!doctype html>"
}

async fn flash_drop(State(line): State<SharedLine>) -> Json<Value> {
    let line = lock(&line);
    let fulfilment = if line.is_site { "pass" } else { line.units_held.fulfilment() };
    let variants = [1, 2].map(|id| json!({"id": Uuid::from_u128(id)}));
    Json(json!({"fulfilment": fulfilment, "variants": variants}))
}
