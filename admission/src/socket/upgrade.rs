//! From a request to a socket. The hub writes to sockets itself, and so needs the TCP stream, which
//! no ready-made WebSocket gives away.

use super::handshake::{NotAnUpgrade, accepted, offered};
use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use edge::{ClientStream, Slot};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::task::{Context, Waker};
use tokio::net::TcpStream;

/// A request that asks for a WebSocket.
#[derive(Debug)]
pub struct SocketUpgrade {
    accept: HeaderValue,
    /// What the client offers.
    protocols: Vec<HeaderValue>,
    /// What is taken of it.
    protocol: Option<HeaderValue>,
    on_upgrade: OnUpgrade,
    slot: Option<Slot>,
}

/// A connection that is a WebSocket from now on.
#[derive(Debug)]
pub struct UpgradedSocket {
    pub(super) stream: TcpStream,
    /// What came right behind the request.
    pub(super) early: Bytes,
    /// What the connection holds of its listener; none where nobody counts.
    pub(super) slot: Option<Slot>,
}

impl<S: Send + Sync> FromRequestParts<S> for SocketUpgrade {
    type Rejection = NotAnUpgrade;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotAnUpgrade> {
        let accept = accepted(&parts.method, &parts.headers)?;
        let on_upgrade = parts.extensions.remove().ok_or(NotAnUpgrade::NotUpgradable)?;
        let (protocols, slot) = (offered(&parts.headers), parts.extensions.remove());
        Ok(Self { accept, protocols, protocol: None, on_upgrade, slot })
    }
}

impl UpgradedSocket {
    /// Lets go of the task that read the request. It ends, but the stream would keep its waker, and
    /// with that all its memory, until somebody polls it: we never do, we await its readiness.
    fn new(stream: TcpStream, early: Bytes, slot: Option<Slot>) -> Self {
        let _ = stream.poll_read_ready(&mut Context::from_waker(Waker::noop()));
        Self { stream, early, slot }
    }
}

impl SocketUpgrade {
    /// Takes this subprotocol, if the client offers it.
    #[must_use]
    pub fn protocol(mut self, name: &'static str) -> Self {
        self.protocol = self.protocols.iter().find(|offered| *offered == name).cloned();
        self
    }

    /// Answers the request, and hands the socket on once that is sent.
    #[must_use = "the answer makes a socket of the connection"]
    pub fn on_upgrade<F>(self, serve: impl FnOnce(UpgradedSocket) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (on_upgrade, slot) = (self.on_upgrade, self.slot);
        tokio::spawn(async move {
            if let Some(socket) = upgraded(on_upgrade, slot).await {
                serve(socket).await;
            }
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(protocol) = self.protocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

/// The socket, once the answer is sent; `None` if the connection broke before that.
async fn upgraded(on_upgrade: OnUpgrade, slot: Option<Slot>) -> Option<UpgradedSocket> {
    let upgraded = on_upgrade.await.ok()?;
    let Ok(parts) = upgraded.downcast::<TokioIo<ClientStream>>() else {
        tracing::error!("a connection that was upgraded is none of our listeners'");
        return None;
    };
    let stream = parts.io.into_inner().into_inner();
    Some(UpgradedSocket::new(stream, parts.read_buf, slot))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, task::Wake};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_socket_keeps_nothing_of_the_task_that_read_the_request() {
        struct Task;
        impl Wake for Task {
            fn wake(self: Arc<Self>) {}
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let task = Arc::new(Task);
        let waker = Waker::from(Arc::clone(&task));
        // An accepted stream is taken for readable until somebody reads.
        assert!(stream.try_read(&mut [0]).is_err());
        assert!(stream.poll_read_ready(&mut Context::from_waker(&waker)).is_pending());
        drop(waker);
        assert_eq!(Arc::strong_count(&task), 2);

        let _socket = UpgradedSocket::new(stream, Bytes::new(), None);

        assert_eq!(Arc::strong_count(&task), 1);
    }
}
