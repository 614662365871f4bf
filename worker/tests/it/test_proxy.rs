//! What stands between us and the provider, and changes what it says.

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Makes of an answer what is delivered; it is told the method and the path that were asked for.
type Delivery = Arc<dyn Fn(&Method, &str, StatusCode, Value) -> Response + Send + Sync>;

#[derive(Clone)]
struct Proxy {
    client: reqwest::Client,
    provider: String,
    deliver: Delivery,
}

/// Starts one before the provider at this address, which changes each payment that it tells of;
/// returns its own address. It ends with the test.
pub(crate) async fn start(
    provider: &str,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> String {
    start_delivering(provider, move |_, _, status, mut answer| {
        match answer.get_mut("data").and_then(Value::as_array_mut) {
            Some(payments) => payments.iter_mut().for_each(&change),
            None => change(&mut answer),
        }
        (status, Json(answer)).into_response()
    })
    .await
}

/// Starts one that delivers the answers as it likes.
pub(crate) async fn start_delivering(
    provider: &str,
    deliver: impl Fn(&Method, &str, StatusCode, Value) -> Response + Send + Sync + 'static,
) -> String {
    let proxy = Proxy {
        client: reqwest::Client::new(),
        provider: provider.to_owned(),
        deliver: Arc::new(deliver),
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
        .request(parts.method.clone(), format!("{}{}", proxy.provider, parts.uri))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let answer: Value = answer.json().await.unwrap();
    (proxy.deliver)(&parts.method, parts.uri.path(), status, answer)
}
