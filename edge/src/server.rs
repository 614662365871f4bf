//! The accept loop. `axum::serve` sets no header timeout and no connection cap, so this one does:
//! HTTP/1.1, slow and surplus connections closed, a soft stop that lets requests finish.

use crate::PeerAddr;
use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{rt::TokioIo, rt::TokioTimer, service::TowerToHyperService};
use parking_lot::Mutex;
use shared::shutdown::Shutdown;
use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Limits of a listener.
#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// Connections at one time; more wait in the kernel's queue.
    pub max_connections: usize,
    /// Connections of one address at one time; more are closed at once.
    pub max_connections_per_ip: usize,
    /// How long the head of a request may take, and how long an idle connection is kept.
    pub header_timeout: Duration,
    /// Bytes of a head, at most.
    pub max_head_bytes: usize,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            max_connections: 20_000,
            max_connections_per_ip: 20_000,
            header_timeout: Duration::from_secs(10),
            max_head_bytes: 16 * 1024,
        }
    }
}

/// Serves until the soft stop, then lets open requests finish; the process waits for them through
/// [`Shutdown::wait`]. Connections that became sockets are their handlers' business.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: &Shutdown,
) {
    let slots = Arc::new(Semaphore::new(options.max_connections));
    let per_ip = PerIp::default();
    let soft = shutdown.soft();
    loop {
        let accepted = tokio::select! {
            () = soft.cancelled() => return,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, peer, slot)) = accepted else { continue };
        let Some(count) = per_ip.enter(peer, options.max_connections_per_ip) else { continue };
        let router = router.clone();
        let (soft, hard) = (soft.clone(), shutdown.hard());
        shutdown.spawn(async move {
            let _held = (slot, count);
            tokio::select! {
                () = hard.cancelled() => {}
                () = connection(stream, peer, router, options, soft) => {}
            }
        });
    }
}

/// Takes the next connection once a slot is free.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
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
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    options: ServeOptions,
    soft: CancellationToken,
) {
    // Frames are small and each is wanted now.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddr(peer));
        request.map(axum::body::Body::new)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(options.max_head_bytes)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
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

/// Connections by address.
#[derive(Clone, Default)]
struct PerIp(Arc<Mutex<HashMap<u64, usize>>>);

/// One connection of an address, counted while it lives.
struct Counted {
    per_ip: PerIp,
    key: u64,
}

impl PerIp {
    fn enter(&self, peer: SocketAddr, max: usize) -> Option<Counted> {
        let key = PeerAddr(peer).key();
        let mut counts = self.0.lock();
        let count = counts.entry(key).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Counted { per_ip: self.clone(), key })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.per_ip.0.lock();
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}
