//! Storefront and admission in one small server: it admits a shopper every 20 ms, refuses every
//! ninth join and every seventh stream, cuts every fifth, and declines the card that is to be
//! declined. Streams tell what is new, and end with the order. It takes codes (`codes`), may stand
//! before a site (`site`) instead of selling, and has a load lab (`lab`).

pub(crate) mod codes;
pub(crate) mod lab;
mod site;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{
        Path, Query, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use lab::StandInLab;

#[derive(Default)]
struct StandInLine {
    units: usize,
    still: bool,
    /// No stream is refused or cut.
    calm: bool,
    /// Streams end as soon as units are held.
    hangs_up: bool,
    /// A turn leads into a site.
    is_site: bool,
    n_joins: usize,
    n_tickets: usize,
    n_streams: usize,
    /// Pages that were read again.
    n_pages: usize,
    /// The sessions that joined with what a code gave.
    with_code: HashSet<String>,
    /// Whom joins said that they are from.
    addresses: HashSet<String>,
    /// Polls that do not say what was seen last.
    n_forgetful_polls: usize,
    by_session: HashMap<String, usize>,
    /// The last queue number that was admitted.
    front: usize,
    orders: HashMap<String, (&'static str, Instant)>,
    /// Orders with a declined card.
    declined: HashSet<String>,
}

pub(crate) struct StandIn {
    pub(crate) url: String,
    pub(crate) lab: StandInLab,
    line: SharedLine,
}

/// How long units are held for a shopper who has not paid: for longer than paying takes on a busy
/// machine.
const HOLD: Duration = Duration::from_secs(2);

type SharedLine = Arc<Mutex<StandInLine>>;

impl StandIn {
    pub(crate) async fn start(units: usize) -> Self {
        let line = SharedLine::new(Mutex::new(StandInLine { units, ..StandInLine::default() }));
        let lab = StandInLab::default();
        let router = Router::new()
            .route("/v1/session", post(session))
            .route("/v1/seller/products", post(create_product))
            .route("/v1/seller/drops", post(create_drop))
            .route("/drops/{drop}", get(page))
            .route("/v1/drops/{drop}", get(flash_drop))
            .route("/v1/drops/{drop}/tickets", post(join))
            .route("/v1/drops/{drop}/ticket", get(status))
            .route("/v1/drops/{drop}/stream", get(stream))
            .route("/v1/orders/{id}", get(order))
            .route("/v1/orders/{id}/payment", post(pay))
            .route("/v1/orders/{id}/cancel", post(cancel))
            .merge(codes::router())
            .merge(site::router())
            .merge(lab::router(lab.clone()))
            .with_state(Arc::clone(&line));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let moving = Arc::clone(&line);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                moving.lock().unwrap().move_on();
            }
        });
        Self { url, lab, line }
    }

    pub(crate) fn stand_still(&self) {
        self.line.lock().unwrap().still = true;
    }

    pub(crate) fn keep_calm(&self) {
        self.line.lock().unwrap().calm = true;
    }

    pub(crate) fn hang_up(&self) {
        self.line.lock().unwrap().hangs_up = true;
    }

    /// From now on it has a site behind it, and nothing to sell: its units are places there.
    pub(crate) fn stand_before_a_site(&self) {
        self.line.lock().unwrap().is_site = true;
    }

    /// How many pages were read again.
    pub(crate) fn n_pages(&self) -> usize {
        self.line.lock().unwrap().n_pages
    }

    /// How many addresses joins said that they are from.
    pub(crate) fn n_addresses(&self) -> usize {
        self.line.lock().unwrap().addresses.len()
    }

    /// How many sessions joined with what a code gave.
    pub(crate) fn n_with_code(&self) -> usize {
        self.line.lock().unwrap().with_code.len()
    }

    /// How many streams were asked for.
    pub(crate) fn n_streams(&self) -> usize {
        self.line.lock().unwrap().n_streams
    }

    /// How many polls did not say what was seen last.
    pub(crate) fn n_forgetful_polls(&self) -> usize {
        self.line.lock().unwrap().n_forgetful_polls
    }

    /// How many orders had a card declined.
    pub(crate) fn n_declined(&self) -> usize {
        self.line.lock().unwrap().declined.len()
    }
}

impl StandInLine {
    fn move_on(&mut self) {
        for (state, since) in self.orders.values_mut() {
            let may_end = matches!(*state, "reserved" | "passed" | "redeemed");
            if may_end && since.elapsed() > HOLD {
                *state = "expired";
            }
        }
        let goes_on =
            |(state, _): &&(&str, Instant)| !matches!(*state, "expired" | "cancelled" | "visited");
        let n_sold = self.orders.values().filter(goes_on).count();
        if !self.still && self.front < self.n_tickets && n_sold < self.units {
            self.front += 1;
            let state = if self.is_site { "passed" } else { "reserved" };
            self.orders.insert(ticket(self.front), (state, Instant::now()));
        }
    }

    /// Returns the number of a session, or gives it a new one: when it has none, or the visit of
    /// the last one is over.
    fn number(&mut self, session: String) -> usize {
        let known = self.by_session.get(&session).copied();
        if let Some(number) = known.filter(|number| !self.has_visited(*number)) {
            return number;
        }
        self.n_tickets += 1;
        self.by_session.insert(session, self.n_tickets);
        self.n_tickets
    }

    fn has_visited(&self, number: usize) -> bool {
        self.orders.get(&ticket(number)).is_some_and(|(state, _)| *state == "visited")
    }

    fn frame(&self, number: usize) -> Value {
        let sold = self.orders.values().filter(|(state, _)| *state == "confirmed").count();
        if number <= self.front {
            json!({"type": "held"})
        } else if !self.still && sold >= self.units {
            json!({"type": "closed", "reason": "sold_out"})
        } else {
            json!({
                "type": "waiting", "epoch": 1, "evn": self.front, "position": number - self.front,
                "waiting": self.n_tickets - self.front, "mode": "running",
                "message": null, "rise": null,
            })
        }
    }

    /// What a stream tells, and whether it ends with that.
    fn news(&self, number: usize) -> (Value, bool) {
        let frame = self.frame(number);
        if frame["type"] != "held" {
            return (frame, false);
        }
        let id = ticket(number);
        let (state, _) = self.orders[&id];
        match state {
            "reserved" | "passed" if !self.declined.contains(&id) => (frame, self.hangs_up),
            _ => {
                let is_last = !matches!(state, "reserved" | "redeemed");
                (json!({"type": "order", "state": state}), is_last)
            }
        }
    }
}

fn ticket(number: usize) -> String {
    Uuid::from_u128(number as u128).to_string()
}

fn lock(line: &SharedLine) -> MutexGuard<'_, StandInLine> {
    line.lock().unwrap()
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
    let fulfilment = if lock(&line).is_site { "pass" } else { "auto" };
    let variants = [1, 2].map(|id| json!({"id": Uuid::from_u128(id)}));
    Json(json!({"fulfilment": fulfilment, "variants": variants}))
}

async fn join(
    State(line): State<SharedLine>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let mut line = lock(&line);
    line.n_joins += 1;
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

async fn order(State(line): State<SharedLine>, Path(id): Path<String>) -> Json<Value> {
    let line = lock(&line);
    let (state, _) = line.orders[&id];
    let reason = line.declined.contains(&id).then_some("declined");
    Json(json!({"id": id, "state": state, "reason": reason}))
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
