//! One stream of a ticket: opening it with small buffers, and what to do when it ends.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error,
        client::IntoClientRequest,
        http::{HeaderMap, HeaderValue, StatusCode},
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// An open stream of one ticket.
pub(crate) type TicketStream = WebSocketStream<TcpStream>;

/// Why a stream brought no frame.
#[derive(Debug)]
pub(crate) enum Cut {
    /// Come back later, no sooner than the server asks.
    Later(Option<Duration>),
    /// Poll for the ticket's state: the server will not serve this stream again.
    Poll,
}

/// Opens a stream at an `http://` URL.
pub(crate) async fn open(
    url: &str,
    token: &str,
    origin: Option<&str>,
) -> Result<TicketStream, Cut> {
    let later = Cut::Later(None);
    let Some((_, rest)) = url.split_once("://") else { return Err(later) };
    let Ok(mut request) = format!("ws://{rest}").into_client_request() else {
        return Err(later);
    };
    let Ok(token) = HeaderValue::from_str(token) else { return Err(later) };
    request.headers_mut().insert("sluice-ticket", token);
    if let Some(origin) = origin.and_then(|text| text.parse().ok()) {
        request.headers_mut().insert("origin", origin);
    }
    let address = rest.split('/').next().unwrap_or_default();
    let Ok(socket) = TcpStream::connect(address).await else { return Err(later) };
    let _ = socket.set_nodelay(true);
    // The defaults reserve 128 KiB per socket; a frame is about 150 bytes.
    let config = WebSocketConfig::default().read_buffer_size(1_024).write_buffer_size(0);
    match client_async_with_config(request, socket, Some(config)).await {
        Ok((stream, _)) => Ok(stream),
        Err(Error::Http(refusal)) => Err(on_refusal(refusal.status(), refusal.headers())),
        Err(_) => Err(later),
    }
}

/// Decides what to do after a refused upgrade.
fn on_refusal(status: StatusCode, headers: &HeaderMap) -> Cut {
    if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS {
        return Cut::Poll;
    }
    let asked = headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    Cut::Later(asked.map(|seconds: u64| Duration::from_secs(seconds.min(10))))
}

/// Decides what to do after a close code: 45xx is final, so poll; after any other, come back.
pub(crate) fn on_close(reason: Option<&CloseFrame>) -> Cut {
    let Some(reason) = reason else { return Cut::Later(None) };
    match u16::from(reason.code) {
        4_500..=4_999 => Cut::Poll,
        _ => Cut::Later(retry_after(&reason.reason)),
    }
}

fn retry_after(reason: &str) -> Option<Duration> {
    let ms = reason.strip_prefix("retry_after_ms=")?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ms.min(30_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_reason_names_the_wait() {
        assert_eq!(retry_after("retry_after_ms=1500"), Some(Duration::from_millis(1_500)));
        assert_eq!(retry_after("bye"), None);
    }
}
