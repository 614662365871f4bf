//! The code of the stand-in's drops. What it gives to one session is worth nothing to another.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

use super::SharedLine;

pub(crate) const CODE: &str = "K7QM2X9R4TBD";

pub(super) fn router() -> Router<SharedLine> {
    Router::new()
        .route("/v1/seller/drops/{drop}/codes", post(make))
        .route("/v1/drops/{drop}/code", post(redeem))
}

/// What the code gives to the session with this header.
pub(super) fn grant_of(authorization: &str) -> String {
    format!("grant of {authorization}")
}

async fn make() -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({"codes": [CODE]})))
}

async fn redeem(headers: HeaderMap, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    if body["code"] != CODE {
        return (StatusCode::FORBIDDEN, Json(json!({"code": "code_refused"})));
    }
    let grant = grant_of(headers["authorization"].to_str().unwrap());
    (StatusCode::OK, Json(json!({"lane": 1, "lane_grant": grant})))
}
