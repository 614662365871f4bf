//! The stand-in's line: joins, looks at a ticket, and streams.

use std::{collections::HashMap, time::Duration};

use axum::{
    Json, Router,
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{SharedLine, codes, lock, ticket};

pub(super) fn router() -> Router<SharedLine> {
    Router::new()
        .route("/v1/drops/{drop}/tickets", post(join))
        .route("/v1/drops/{drop}/ticket", get(status))
        .route("/v1/drops/{drop}/stream", get(stream))
}

async fn join(
    State(line): State<SharedLine>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut line = lock(&line);
    line.n_joins += 1;
    line.units_held.saw_join(&body);
    if line.n_joins.is_multiple_of(9) {
        let problem = Json(json!({"code": "room_rebuilding"}));
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")], problem).into_response();
    }
    let text = |name: &str| Some(headers.get(name)?.to_str().unwrap().to_owned());
    line.addresses.extend(text("x-forwarded-for"));
    let session = text("authorization").unwrap();
    if let Some(grant) = body["lane_grant"].as_str() {
        if grant != codes::grant_of(&session) {
            let problem = Json(json!({"code": "grant_invalid"}));
            return (StatusCode::FORBIDDEN, problem).into_response();
        }
        line.with_code.insert(session.clone());
    }
    let number = line.number(session);
    let position = number.saturating_sub(line.front).max(1);
    let answer = json!({
        "ticket_id": ticket(number), "token": number.to_string(), "queue_number": number,
        "epoch": 1, "evn": line.front, "state": "waiting", "position": position,
    });
    (StatusCode::CREATED, Json(answer)).into_response()
}

fn number_of(headers: &HeaderMap) -> usize {
    headers["sluice-ticket"].to_str().unwrap().parse().unwrap()
}

async fn status(
    State(line): State<SharedLine>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Json<Value> {
    let mut line = lock(&line);
    if !query.get("seen").is_some_and(|seen| is_point_and_position(seen)) {
        line.n_forgetful_polls += 1;
    }
    let number = number_of(&headers);
    let mut frame = line.frame(number);
    frame["state"] = frame["type"].take();
    if line.has_visited(number) {
        frame["state"] = json!("finished");
    }
    frame["refresh_after_ms"] = json!(150);
    Json(frame)
}

/// Whether it is `<epoch>.<evn>.<position>` in the only epoch.
fn is_point_and_position(seen: &str) -> bool {
    let numbers: Vec<u64> = seen.split('.').filter_map(|part| part.parse().ok()).collect();
    matches!(numbers[..], [1, _, position] if position > 0)
}

async fn stream(
    State(line): State<SharedLine>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let number = number_of(&headers);
    let (n_streams, is_calm) = {
        let mut line = lock(&line);
        line.n_streams += 1;
        (line.n_streams, line.calm)
    };
    if n_streams.is_multiple_of(7) && !is_calm {
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response();
    }
    let is_cut = n_streams.is_multiple_of(5) && !is_calm;
    upgrade.on_upgrade(move |socket| feed(line, number, is_cut, socket))
}

async fn feed(line: SharedLine, number: usize, is_cut: bool, mut socket: WebSocket) {
    let mut told = Value::Null;
    loop {
        let (frame, is_last) = lock(&line).news(number);
        if frame != told && socket.send(Message::text(frame.to_string())).await.is_err() {
            return;
        }
        if is_cut {
            return close(socket, 1_012, "retry_after_ms=50").await;
        }
        if is_last {
            return close(socket, 4_502, "finished").await;
        }
        told = frame;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let _ = socket.send(close).await;
}
