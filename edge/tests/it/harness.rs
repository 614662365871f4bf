//! A listener of the test's own, and connections to it that are written by hand.

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    routing::get,
};
use edge::{AllowedOrigins, Edge, PeerAddr, SecurityHeaders, ServeOptions, serve};
use futures_util::stream;
use shared::shutdown::Shutdown;
use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{Instant, sleep, timeout},
};

/// What has to happen happens by then.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// A listener that serves; it stops with the test.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    n_endless: Arc<AtomicUsize>,
}

/// A body without end that is still being written.
struct Endless(Arc<AtomicUsize>);

/// An answer that was begun.
pub(crate) struct Begun {
    pub(crate) status: u16,
    pub(crate) head: String,
    /// The first bytes of the body that came.
    pub(crate) body: String,
    /// Closes the connection when it is dropped.
    pub(crate) stream: TcpStream,
}

impl TestServer {
    /// `/whoami` answers with the client's address, `/endless` never ends.
    pub(crate) async fn start(options: ServeOptions) -> Self {
        let listener = edge::listen(([127, 0, 0, 1], 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let edge = Edge {
            origins: AllowedOrigins::default(),
            headers: SecurityHeaders::api(),
            per_ip: None,
            body_bytes: 1024,
            fault_page: None,
        };
        let n_endless = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&n_endless);
        let router = Router::new()
            .route("/whoami", get(whoami))
            .route("/endless", get(async move || without_end(&counted)));
        let (shutdown, router) = (Shutdown::default(), edge.wrap(router));
        let inner = shutdown.clone();
        tokio::spawn(async move { serve(listener, router, options, &inner).await });
        Self { address, shutdown, n_endless }
    }

    /// Bodies without end that are being written.
    pub(crate) fn n_endless(&self) -> usize {
        self.n_endless.load(Ordering::SeqCst)
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        self.connect_from([127, 0, 0, 1]).await
    }

    pub(crate) async fn connect_from(&self, ip: [u8; 4]) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((IpAddr::from(ip), 0).into()).unwrap();
        socket.connect(self.address).await.unwrap()
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// Sends a request and reads the answer's beginning; `None` if the connection is closed instead.
pub(crate) async fn ask(mut stream: TcpStream, path: &str, headers: &str) -> Option<Begun> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    loop {
        let n =
            timeout(SOON, stream.read_buf(&mut answer)).await.expect("an answer in time").ok()?;
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            if body.len() >= length(&head) {
                let status = head.split(' ').nth(1)?.parse().ok()?;
                let body = body.to_owned();
                return Some(Begun { status, head, body, stream });
            }
        }
        if n == 0 {
            return None;
        }
    }
}

/// Bytes of a body; none are waited for if it has no end.
fn length(head: &str) -> usize {
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// Asks again and again until the status is this one.
pub(crate) async fn until_status(
    server: &TestServer,
    ip: [u8; 4],
    headers: &str,
    status: u16,
) -> Begun {
    let deadline = Instant::now() + SOON;
    loop {
        let found = ask(server.connect_from(ip).await, "/whoami", headers).await;
        match found {
            Some(begun) if begun.status == status => return begun,
            _ => assert!(Instant::now() < deadline, "never answered with {status}"),
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn whoami(Extension(PeerAddr(client)): Extension<PeerAddr>) -> String {
    client.ip().to_string()
}

/// Chunks of 64 KiB, again and again.
fn without_end(n_endless: &Arc<AtomicUsize>) -> Body {
    n_endless.fetch_add(1, Ordering::SeqCst);
    let (chunk, body) = (Bytes::from(vec![0; 1 << 16]), Endless(Arc::clone(n_endless)));
    Body::from_stream(stream::unfold((chunk, body), async |(chunk, body)| {
        Some((Ok::<_, Infallible>(chunk.clone()), (chunk, body)))
    }))
}
