//! The opening handshake (RFC 6455, 4.2): whether a request asks for a WebSocket, and for which.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use edge::Problem;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

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

impl IntoResponse for NotAnUpgrade {
    fn into_response(self) -> Response {
        let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required");
        problem.detail(self.to_string()).into_response()
    }
}

/// Checks the opening handshake (RFC 6455, 4.2.1). Returns the proof that it was understood.
pub(super) fn accepted(method: &Method, headers: &HeaderMap) -> Result<HeaderValue, NotAnUpgrade> {
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
pub(super) fn offered(headers: &HeaderMap) -> Vec<HeaderValue> {
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
