//! The accept loop. `axum::serve` sets no deadline and no cap, so this one does: HTTP/1.1; slow, stuck
//! and surplus connections are closed; a stop lets requests finish.

use crate::{
    PeerAddr, TrustedProxies,
    client_stream::ClientStream,
    slots::{AddressCounts, Counted, Slot, Surplus},
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use shared::{config::EdgeSettings, shutdown::Shutdown};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Limits of a listener.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Connections at one time, with the sockets that they became; more wait in the kernel's queue.
    pub max_connections: usize,
    /// The same of one address; more are closed at once. What trusted proxies have open counts by
    /// request, for the client's address; more are refused.
    pub max_connections_per_ip: usize,
    /// How long the head of a request may take, and how long an idle connection is kept.
    pub header_timeout: Duration,
    /// How long the other end may take nothing of what is written to it.
    pub write_timeout: Duration,
    /// Bytes of a head, at most.
    pub max_head_bytes: usize,
    /// The proxies that are believed about whom they ask for.
    pub proxies: TrustedProxies,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            max_connections: 20_000,
            max_connections_per_ip: 20_000,
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
            max_head_bytes: 16 * 1024,
            proxies: TrustedProxies::default(),
        }
    }
}

impl ServeOptions {
    /// The limits of a listener that the public reaches.
    #[must_use]
    pub fn public(settings: &EdgeSettings) -> Self {
        let networks = settings.trusted_proxies.iter().copied();
        Self {
            max_connections_per_ip: settings.max_connections_per_ip.get() as usize,
            write_timeout: settings.write_timeout(),
            proxies: TrustedProxies::new(networks, settings.proxy_protocol),
            ..Self::default()
        }
    }
}

/// What all connections of a listener share.
struct Server {
    router: Router,
    options: ServeOptions,
    counts: AddressCounts,
    leaving: CancellationToken,
}

/// A connection, and who opened it.
struct Opened {
    server: Arc<Server>,
    by: SocketAddr,
    permit: Arc<OwnedSemaphorePermit>,
    /// `None` if a trusted proxy opened it: each of its requests counts for its own client.
    address: Option<Arc<Counted>>,
}

/// Serves until the soft stop, then lets open requests finish; the process waits for them through
/// [`Shutdown::wait`]. A connection that became a socket is its handler's business, with its
/// [`Slot`], which is in the extensions of a request that asks for another protocol.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: &Shutdown,
) {
    let permits = Arc::new(Semaphore::new(options.max_connections));
    let counts = AddressCounts::up_to(options.max_connections_per_ip);
    let server = Arc::new(Server { router, options, counts, leaving: shutdown.leaving() });
    let soft = shutdown.soft();
    loop {
        let accepted = tokio::select! {
            () = soft.cancelled() => return,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let (server, soft, hard) = (Arc::clone(&server), soft.clone(), shutdown.hard());
        shutdown.spawn(async move {
            tokio::select! {
                () = hard.cancelled() => {}
                () = connection(server, stream, peer, permit, soft) => {}
            }
        });
    }
}

/// Takes the next connection once there is room for it.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            // Most often no file descriptor is left: wait for one instead of spinning.
            tracing::warn!(%error, "could not accept a connection");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Serves one connection until it closes, is upgraded, or the soft stop has let it finish.
async fn connection(
    server: Arc<Server>,
    mut stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
    soft: CancellationToken,
) {
    // Frames are small and each is wanted now.
    let _ = stream.set_nodelay(true);
    let Some(opened) = server.open(&mut stream, peer, permit).await else { return };
    let options = &opened.server.options;
    let stream = ClientStream::new(stream, options.write_timeout);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(options.max_head_bytes);
    let service = service_fn(move |request| Arc::clone(&opened).respond(request));
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = soft.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, %peer, "a connection ended badly");
    }
}

impl Server {
    /// Finds who opened a connection, and counts it; `None` if it is surplus, or if its proxy does
    /// not say in time for whom it asks.
    async fn open(
        self: Arc<Self>,
        stream: &mut TcpStream,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
    ) -> Option<Arc<Opened>> {
        let (proxies, patience) = (&self.options.proxies, self.options.header_timeout);
        let by = match tokio::time::timeout(patience, proxies.opener(stream, peer)).await {
            Ok(Ok(by)) => by,
            Ok(Err(error)) => {
                tracing::debug!(%error, %peer, "a proxy did not say whose its connection is");
                return None;
            }
            Err(_) => return None,
        };
        let address = if proxies.include(by) { None } else { Some(self.counts.enter(by)?) };
        Some(Arc::new(Opened { server: self, by, permit: Arc::new(permit), address }))
    }
}

impl Opened {
    async fn respond(
        self: Arc<Self>,
        mut request: Request<Incoming>,
    ) -> Result<Response, Infallible> {
        let server = &self.server;
        let client = server.options.proxies.client(self.by, request.headers());
        let slot = self.slot(client);
        let is_upgrade = request.headers().contains_key(header::UPGRADE);
        let extensions = request.extensions_mut();
        extensions.insert(PeerAddr(client));
        match &slot {
            Some(slot) if is_upgrade => {
                extensions.insert(slot.clone());
            }
            Some(_) => {}
            None => {
                extensions.insert(Surplus);
            }
        }
        let mut response = server.router.clone().oneshot(request).await?;
        if server.leaving.is_cancelled() {
            let close = HeaderValue::from_static("close");
            response.headers_mut().entry(header::CONNECTION).or_insert(close);
        }
        match slot {
            Some(slot) if self.address.is_none() => Ok(response.map(|body| slot.held_by(body))),
            _ => Ok(response),
        }
    }

    /// The slot of a request; `None` if its client holds all that it may.
    fn slot(&self, client: SocketAddr) -> Option<Slot> {
        let address = match &self.address {
            Some(address) => Arc::clone(address),
            None => self.server.counts.enter(client)?,
        };
        Some(Slot::new(Arc::clone(&self.permit), address))
    }
}
