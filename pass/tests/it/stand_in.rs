//! What a shop needs of Sluice, in one small server: keys, redeeming once, ends, and what the gate says.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;
use uuid::Uuid;

/// As browsers know it, which is not where the shop reaches it.
pub(crate) const PUBLIC_URL: &str = "https://line.example";
pub(crate) const SELLER_KEY: &str = "sk_test";
/// How long a visit lasts, seconds.
const VISIT_S: u64 = 600;

/// A Sluice that serves as long as the test.
pub(crate) struct StandInSluice {
    pub(crate) url: String,
    pub(crate) drop_id: Uuid,
    shared: SharedPasses,
}

#[derive(Default)]
struct Passes {
    /// Seeds of the keys that are published, the one that signs first.
    seeds: Vec<u8>,
    /// Those that were redeemed, by their id; whether the visit goes on.
    redeemed: HashMap<Uuid, bool>,
    n_key_requests: usize,
    n_gate_requests: usize,
    is_away: bool,
}

type SharedPasses = Arc<Mutex<Passes>>;

impl StandInSluice {
    pub(crate) async fn start() -> Self {
        let drop_id = Uuid::from_u128(0x0198_f1de_0000_7000_8000_0000_0000_0001);
        let shared = SharedPasses::default();
        shared.lock().seeds = vec![1];
        let router = Router::new()
            .route("/v1/passes/keys.json", get(keys))
            .route("/v1/passes/redeem", post(redeem))
            .route("/v1/passes/end", post(end))
            .route(&format!("/v1/gate/{drop_id}/check"), get(check))
            .layer(from_fn_with_state(Arc::clone(&shared), unless_away))
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, drop_id, shared }
    }

    /// The pass of a new visitor, good for a minute, signed with the first key.
    pub(crate) fn pass(&self) -> String {
        let claims = claims(self.drop_id, Uuid::new_v4(), "handover", 60);
        let seed = self.shared.lock().seeds[0];
        sign(seed, &claims)
    }

    /// Signs with the first of these keys from now on, and publishes all.
    pub(crate) fn rotate_to(&self, seeds: &[u8]) {
        self.shared.lock().seeds = seeds.to_vec();
    }

    /// Takes all passes back.
    pub(crate) fn revoke_all(&self) {
        self.shared.lock().redeemed.values_mut().for_each(|goes_on| *goes_on = false);
    }

    /// Visits that go on.
    pub(crate) fn n_inside(&self) -> usize {
        self.shared.lock().redeemed.values().filter(|goes_on| **goes_on).count()
    }

    pub(crate) fn n_key_requests(&self) -> usize {
        self.shared.lock().n_key_requests
    }

    pub(crate) fn n_gate_requests(&self) -> usize {
        self.shared.lock().n_gate_requests
    }

    /// Answers nobody any more.
    pub(crate) fn stop(&self) {
        self.shared.lock().is_away = true;
    }
}

/// A token of these claims by the key of this seed, whose id is the seed.
pub(crate) fn sign(seed: u8, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": seed.to_string() });
    let signed = format!("{}.{}", part(&header), part(claims));
    let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

pub(crate) fn claims(drop_id: Uuid, ticket_id: Uuid, token_use: &str, seconds: u64) -> Value {
    #[expect(clippy::disallowed_methods, reason = "a shop has no clock but its machine's")]
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({
        "jti": ticket_id, "aud": drop_id, "sub": Uuid::from_u128(2), "iss": PUBLIC_URL,
        "iat": now_s, "nbf": now_s, "exp": now_s + seconds, "use": token_use, "reason": "queue",
    })
}

async fn unless_away(State(shared): State<SharedPasses>, request: Request, next: Next) -> Response {
    let is_away = shared.lock().is_away;
    if is_away { StatusCode::BAD_GATEWAY.into_response() } else { next.run(request).await }
}

async fn keys(State(shared): State<SharedPasses>) -> Json<Value> {
    let mut passes = shared.lock();
    passes.n_key_requests += 1;
    let key = |seed: &u8| {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[*seed; 32]).unwrap();
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": seed.to_string(), "x": x })
    };
    Json(json!({ "keys": passes.seeds.iter().map(key).collect::<Vec<_>>() }))
}

async fn redeem(
    State(shared): State<SharedPasses>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, Json<Value>) {
    if headers.get(header::AUTHORIZATION).is_none_or(|key| key != "Bearer sk_test") {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "code": "unauthorized" })));
    }
    let mut passes = shared.lock();
    let said = payload(body["pass"].as_str().unwrap());
    let (drop_id, ticket_id) = (id(&body["drop_id"]), id(&said["jti"]));
    if passes.redeemed.insert(ticket_id, true).is_some() {
        return (StatusCode::CONFLICT, Json(json!({ "code": "pass_redeemed" })));
    }
    let visit = sign(passes.seeds[0], &claims(drop_id, ticket_id, "visit", VISIT_S));
    (StatusCode::OK, Json(json!({ "ticket_id": ticket_id, "visit": visit })))
}

async fn end(State(shared): State<SharedPasses>, Json(body): Json<Value>) -> Json<Value> {
    let mut passes = shared.lock();
    for ended in body["ticket_ids"].as_array().unwrap() {
        passes.redeemed.insert(id(ended), false);
    }
    Json(json!({}))
}

async fn check(State(shared): State<SharedPasses>, headers: HeaderMap) -> StatusCode {
    let mut passes = shared.lock();
    passes.n_gate_requests += 1;
    let (_, token) = headers[header::COOKIE].to_str().unwrap().split_once('=').unwrap();
    let goes_on = passes.redeemed.get(&id(&payload(token)["jti"])).copied();
    if goes_on == Some(true) { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}

fn payload(token: &str) -> Value {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&payload).unwrap()
}

fn id(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}
