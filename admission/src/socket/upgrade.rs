//! From a request to a socket. The hub writes to sockets itself, and so needs the TCP stream, which
//! no ready-made WebSocket gives away.

use axum::{
    body::{Body, Bytes},
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use edge::{ClientStream, Problem, Slot};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

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

/// Why a request is none for a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnUpgrade {
    /// Another method than GET.
    #[error("Request method must be `GET`")]
    Method,
    /// No `Connection: upgrade`.
    #[error("`Connection` header did not include 'upgrade'")]
    Connection,
    /// No `Upgrade: websocket`.
    #[error("`Upgrade` header did not include 'websocket'")]
    Upgrade,
    /// Another version than 13.
    #[error("`Sec-WebSocket-Version` header did not include '13'")]
    Version,
    /// No key, or one that is none.
    #[error("`Sec-WebSocket-Key` header missing")]
    Key,
    /// The connection cannot change its protocol.
    #[error("WebSocket request couldn't be upgraded since no upgrade state was present")]
    NotUpgradable,
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

impl IntoResponse for NotAnUpgrade {
    fn into_response(self) -> Response {
        let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required");
        problem.detail(self.to_string()).into_response()
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
    Some(UpgradedSocket { stream, early: parts.read_buf, slot })
}

/// Checks the opening handshake (RFC 6455, 4.2.1). Returns the proof that it was understood.
fn accepted(method: &Method, headers: &HeaderMap) -> Result<HeaderValue, NotAnUpgrade> {
    if method != Method::GET {
        return Err(NotAnUpgrade::Method);
    }
    if !names(headers, header::CONNECTION, "upgrade") {
        return Err(NotAnUpgrade::Connection);
    }
    if !names(headers, header::UPGRADE, "websocket") {
        return Err(NotAnUpgrade::Upgrade);
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(NotAnUpgrade::Version);
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).ok_or(NotAnUpgrade::Key)?;
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).map_err(|_| NotAnUpgrade::Key)
}

/// Whether a header's list has this word, in any case.
fn names(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name);
    let mut words = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    words.any(|found| found.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

/// The subprotocols that the client offers.
fn offered(headers: &HeaderMap) -> Vec<HeaderValue> {
    let values = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let names = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.filter_map(|name| HeaderValue::from_bytes(name.trim_ascii()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers() -> HeaderMap {
        let headers = [
            (header::CONNECTION, "keep-alive, Upgrade"),
            (header::UPGRADE, "WebSocket"),
            (header::SEC_WEBSOCKET_VERSION, "13"),
            (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_handshake_is_answered_as_the_standard_says() {
        let accept = accepted(&Method::GET, &headers());
        assert_eq!(accept.unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn each_part_of_a_handshake_is_needed() {
        assert_eq!(accepted(&Method::POST, &headers()), Err(NotAnUpgrade::Method));
        for (name, missing) in [
            (header::CONNECTION, NotAnUpgrade::Connection),
            (header::UPGRADE, NotAnUpgrade::Upgrade),
            (header::SEC_WEBSOCKET_VERSION, NotAnUpgrade::Version),
            (header::SEC_WEBSOCKET_KEY, NotAnUpgrade::Key),
        ] {
            let mut headers = headers();
            headers.remove(&name);
            assert_eq!(accepted(&Method::GET, &headers), Err(missing), "{name}");
        }
        let mut headers = headers();
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("8"));
        assert_eq!(accepted(&Method::GET, &headers), Err(NotAnUpgrade::Version));
    }
}
