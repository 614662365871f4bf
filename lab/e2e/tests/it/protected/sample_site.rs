//! Somebody's own site: pages, a file, orders and a socket. It knows nothing of Sluice, and remembers who
//! came to it.

use axum::{
    Router,
    extract::{
        Request, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderName, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pass::PassLayer;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::Mutex};

/// What its page says.
pub(crate) const GOODS: &str = "goods";
/// What its file holds.
pub(crate) const STYLE: &str = "body { color: #123 }\n";

/// A site that serves as long as the test.
pub(crate) struct SampleSite {
    pub(crate) address: SocketAddr,
    guests: Guests,
}

/// Requests by the pass that the site was told.
type Guests = Arc<Mutex<BTreeMap<String, usize>>>;

impl SampleSite {
    /// Serves, behind the middleware if there is one.
    pub(crate) fn serve(
        listener: TcpListener,
        middleware: Option<PassLayer>,
    ) -> anyhow::Result<Self> {
        let (address, guests) = (listener.local_addr()?, Guests::default());
        let site = Router::new()
            .route("/", get(GOODS))
            .route("/goods", get(GOODS))
            .route("/assets/shop.css", get(([(header::CONTENT_TYPE, "text/css")], STYLE)))
            .route("/orders", post(order))
            .route("/echo", get(socket))
            .layer(from_fn_with_state(Arc::clone(&guests), remember));
        let site = match middleware {
            Some(middleware) => site.layer(middleware),
            None => site,
        };
        tokio::spawn(async move { axum::serve(listener, site).await });
        Ok(Self { address, guests })
    }

    /// How often each pass came; without one, under an empty name.
    pub(crate) async fn guests(&self) -> BTreeMap<String, usize> {
        self.guests.lock().await.clone()
    }

    /// All requests that came.
    pub(crate) async fn n_requests(&self) -> usize {
        self.guests.lock().await.values().sum()
    }
}

async fn remember(State(guests): State<Guests>, request: Request, next: Next) -> Response {
    const PASS: HeaderName = HeaderName::from_static("x-sluice-pass");
    let told = request.headers().get(PASS).and_then(|pass| pass.to_str().ok());
    let pass = told.unwrap_or_default().to_owned();
    *guests.lock().await.entry(pass).or_default() += 1;
    next.run(request).await
}

async fn order(goods: String) -> String {
    format!("ordered {goods}")
}

async fn socket(upgrade: WebSocketUpgrade) -> impl IntoResponse {
    upgrade.on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}
