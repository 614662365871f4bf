//! What stands between us and the provider, and changes what it says.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Changes a payment as the provider tells of it.
type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;

#[derive(Clone)]
struct Proxy {
    client: reqwest::Client,
    provider: String,
    change: Change,
}

/// Starts one before the provider at this address; returns its own. It ends with the test.
pub(crate) async fn start(
    provider: &str,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> String {
    let proxy = Proxy {
        client: reqwest::Client::new(),
        provider: provider.to_owned(),
        change: Arc::new(change),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().fallback(pass_on).with_state(proxy);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn pass_on(State(proxy): State<Proxy>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    parts.headers.remove(header::HOST);
    let answer = proxy
        .client
        .request(parts.method, format!("{}{}", proxy.provider, parts.uri))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let mut answer: Value = answer.json().await.unwrap();
    match answer.get_mut("data").and_then(Value::as_array_mut) {
        Some(payments) => payments.iter_mut().for_each(|payment| (proxy.change)(payment)),
        None => (proxy.change)(&mut answer),
    }
    (status, Json(answer)).into_response()
}
