//! The gate of the stand-in's site. A pass is the id of its ticket, and so is the cookie.

use std::collections::HashMap;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{
        HeaderMap, StatusCode,
        header::{LOCATION, SET_COOKIE},
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{SharedLine, StandInLine, lock, ticket};

const COOKIE: &str = "sluice-pass-1=";

pub(super) fn router() -> Router<SharedLine> {
    Router::new()
        .route("/v1/drops/{drop}/pass", post(pass))
        .route("/v1/gate/{drop}/enter", get(enter))
        .route("/v1/gate/{drop}/check", get(check))
        .route("/v1/gate/{drop}/leave", post(leave))
}

impl StandInLine {
    /// Moves a pass from one of these states to another; whether that could be.
    fn move_pass(&mut self, id: &str, from: &str, to: &'static str) -> bool {
        match self.orders.get_mut(id) {
            Some((state, _)) if *state == from => {
                *state = to;
                true
            }
            _ => false,
        }
    }

    fn state_of(&self, id: &str) -> &'static str {
        self.orders.get(id).map_or("missing", |(state, _)| *state)
    }
}

async fn pass(State(line): State<SharedLine>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    let line = lock(&line);
    let session = headers["authorization"].to_str().unwrap();
    let id = line.by_session.get(session).map(|number| ticket(*number));
    match id.filter(|id| matches!(line.state_of(id), "passed" | "redeemed")) {
        Some(id) => (StatusCode::OK, Json(json!({"ticket_id": id, "pass": id}))),
        None => (StatusCode::NOT_FOUND, Json(json!({"code": "pass_not_found"}))),
    }
}

async fn enter(
    State(line): State<SharedLine>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let id = &query["pass"];
    let to = [(LOCATION, query["to"].clone())];
    if !lock(&line).move_pass(id, "passed", "redeemed") {
        return (StatusCode::SEE_OTHER, to).into_response();
    }
    let cookie = [(SET_COOKIE, format!("{COOKIE}{id}; Path=/; HttpOnly"))];
    (StatusCode::SEE_OTHER, to, cookie).into_response()
}

async fn check(State(line): State<SharedLine>, headers: HeaderMap) -> StatusCode {
    match lock(&line).state_of(visit_in(&headers)) {
        "redeemed" => StatusCode::NO_CONTENT,
        _ => StatusCode::FOUND,
    }
}

async fn leave(State(line): State<SharedLine>, headers: HeaderMap) -> StatusCode {
    lock(&line).move_pass(visit_in(&headers), "redeemed", "visited");
    StatusCode::NO_CONTENT
}

fn visit_in(headers: &HeaderMap) -> &str {
    headers["cookie"].to_str().unwrap().strip_prefix(COOKIE).unwrap()
}
