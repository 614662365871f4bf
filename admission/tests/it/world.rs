//! A Redis of a test's own, a drop that is open on it, instances of the service, shoppers.

use futures_util::{SinkExt, StreamExt};
use queue::{Queue, RoomConfig, StockFigure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    config::Settings,
    credentials::{Keyring, Session, TicketClaims},
    drops::DropMode,
    ids::{DropId, ShopperId, VariantId},
    shutdown::Shutdown,
    tickets::Epoch,
};
use stack::{Stack, StackOptions};
use std::{net::SocketAddr, time::Duration};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::CloseFrame},
};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) queue: Queue,
    pub(crate) drop_id: DropId,
    pub(crate) variant: VariantId,
    pub(crate) database_url: String,
    _dir: TempDir,
}

pub(crate) struct Instance {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) task: JoinHandle<anyhow::Result<()>>,
}

#[derive(Clone)]
pub(crate) struct Shopper {
    pub(crate) id: ShopperId,
    pub(crate) session: String,
}

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl World {
    /// A Redis with one open drop.
    pub(crate) async fn open() -> Self {
        let world = Self::empty().await;
        world.open_room(Epoch(1)).await;
        world
    }

    /// A Redis without any room.
    pub(crate) async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
        let stack = Stack::start(options).await.unwrap();
        let url = stack.endpoints().redis_url;
        let settings = settings(&url, NOWHERE);
        let queue = Queue::connect(&settings.redis).await.unwrap();
        let (drop_id, variant) = (DropId::generate(), VariantId::generate());
        let database_url = NOWHERE.to_owned();
        Self { stack, queue, drop_id, variant, database_url, _dir: dir }
    }

    pub(crate) fn config(&self) -> RoomConfig {
        RoomConfig {
            mode: DropMode::Running,
            admission_rate_per_second: 1000.0,
            occupancy_cap: 1000,
            capacity: 100_000,
            opens_at_us: 0,
            closes_at_us: None,
            max_units_per_ticket: 2,
            variants: vec![self.variant],
            message: None,
            ended: None,
            version: 1,
        }
    }

    /// Begins an epoch and opens its room, as the worker does.
    pub(crate) async fn open_room(&self, epoch: Epoch) {
        let stock = StockFigure {
            variant_id: self.variant,
            version: i64::from(epoch.0),
            available: 1000,
            reserved: 0,
        };
        // The first call after a restart finds the old connection broken.
        wait("a new epoch", async || self.queue.begin(self.drop_id, epoch).await.ok()).await;
        self.queue.restore_stock(self.drop_id, epoch, &[stock]).await.unwrap();
        self.queue.open(self.drop_id, epoch, &self.config(), None, Duration::ZERO).await.unwrap();
    }

    pub(crate) async fn instance(&self) -> Instance {
        self.instance_with(|_| {}).await
    }

    pub(crate) async fn instance_with(&self, change: impl FnOnce(&mut Settings)) -> Instance {
        let mut settings = settings(&self.stack.endpoints().redis_url, &self.database_url);
        change(&mut settings);
        let public = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = public.local_addr().unwrap();
        let shutdown = Shutdown::default();
        let stop = shutdown.clone();
        let task = tokio::spawn(async move {
            admission::run_on(&settings, stop, public, admin, |app| app).await
        });
        let instance = Instance { address, shutdown, task };
        wait("ready", async || {
            let ready = Client::new().get(instance.url("/readyz")).send().await.ok()?;
            ready.status().is_success().then_some(())
        })
        .await;
        instance
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/drops/{}/{rest}", self.drop_id)
    }

    pub(crate) fn body(&self) -> Value {
        json!({"variant_id": self.variant, "units": 1})
    }

    /// Joins and gives the answer's JSON.
    pub(crate) async fn join(&self, instance: &Instance, shopper: &Shopper) -> Value {
        let (status, body) = self.try_join(instance, shopper).await;
        assert!(status == 201 || status == 200, "{status} {body}");
        body
    }

    pub(crate) async fn try_join(&self, instance: &Instance, shopper: &Shopper) -> (u16, Value) {
        let request = instance.request(Method::POST, &self.path("tickets"), shopper);
        answer(request.json(&self.body())).await
    }

    /// Asks for a ticket's status.
    pub(crate) async fn status(&self, instance: &Instance, token: &str) -> (u16, Value) {
        let url = instance.url(&self.path("ticket"));
        answer(Client::new().get(url).header("sluice-ticket", token)).await
    }

    pub(crate) async fn leave(&self, instance: &Instance, token: &str) -> (u16, Value) {
        let url = instance.url(&self.path("ticket"));
        answer(Client::new().delete(url).header("sluice-ticket", token)).await
    }

    /// Opens a stream with the ticket in the subprotocol.
    pub(crate) async fn stream(&self, instance: &Instance, token: &str, query: &str) -> Socket {
        let url = format!("ws://{}{}{query}", instance.address, self.path("stream"));
        let mut request = url.into_client_request().unwrap();
        let protocols = format!("sluice.v1, sluice.ticket.{token}");
        request.headers_mut().insert("sec-websocket-protocol", protocols.parse().unwrap());
        connect_async(request).await.unwrap().0
    }

    /// Opens a stream with headers of the test's choice; the status where it was refused.
    pub(crate) async fn try_stream(
        &self,
        instance: &Instance,
        headers: &[(&'static str, String)],
    ) -> Result<Socket, u16> {
        let url = format!("ws://{}{}", instance.address, self.path("stream"));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// What a token says.
    pub(crate) fn claims(&self, token: &str) -> TicketClaims {
        TicketClaims::open(&keys(), token, 0).unwrap()
    }
}

const NOWHERE: &str = "postgres://nobody@127.0.0.1:1/nothing";

/// The keys of all tests.
pub(crate) fn keys() -> Keyring {
    Keyring::parse(&KEYS.into()).unwrap()
}

const KEYS: &str = "1:abababababababababababababababababababababababababababababababab";

fn settings(redis_url: &str, database_url: &str) -> Settings {
    let variables = [
        ("SLUICE_CREDENTIALS__TICKET_KEYS", KEYS),
        ("SLUICE_CREDENTIALS__SESSION_KEYS", KEYS),
        ("SLUICE_CREDENTIALS__COMMAND_KEYS", KEYS),
        ("SLUICE_REDIS__URL", redis_url),
        ("SLUICE_DATABASE__URL", database_url),
        ("SLUICE_LIMITS__JOINS_PER_SECOND", "1000"),
    ];
    Settings::from_vars(variables.map(|(key, value)| (key.to_owned(), value.to_owned()))).unwrap()
}

impl Instance {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str, shopper: &Shopper) -> RequestBuilder {
        Client::new().request(method, self.url(path)).bearer_auth(&shopper.session)
    }
}

impl Shopper {
    pub(crate) fn new() -> Self {
        let id = ShopperId::generate();
        let session = Session { shopper_id: id, expires_at_ms: i64::MAX }.seal(&keys());
        Self { id, session }
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Asks until there is an answer.
pub(crate) async fn wait<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("no {what}"))
}

/// The next frame, or the close.
pub(crate) async fn next(socket: &mut Socket) -> Result<Value, (u16, String)> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a frame in time") {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => {
                return Err((u16::from(code), reason.to_string()));
            }
            Some(Ok(Message::Close(None))) | None => return Err((1006, String::new())),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err((1006, error.to_string())),
        }
    }
}

/// Reads until a frame fits.
pub(crate) async fn until(socket: &mut Socket, fits: impl Fn(&Value) -> bool) -> Value {
    loop {
        let frame = next(socket).await.unwrap();
        if fits(&frame) {
            return frame;
        }
    }
}

/// Reads until the close.
pub(crate) async fn until_close(socket: &mut Socket) -> (u16, String) {
    loop {
        if let Err(close) = next(socket).await {
            return close;
        }
    }
}

pub(crate) async fn say(socket: &mut Socket, message: Message) {
    let _ = socket.send(message).await;
}
