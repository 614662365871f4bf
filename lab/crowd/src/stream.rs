//! One stream of a ticket: opening it with small buffers, and what to do when it ends.

use std::{net::Ipv4Addr, time::Duration};

use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error,
        client::IntoClientRequest,
        http::{HeaderMap, HeaderValue, StatusCode},
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// How long opening a stream may take.
const OPENING: Duration = Duration::from_secs(5);

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

/// A stream that did not open.
#[derive(Debug)]
pub(crate) struct NotOpened {
    /// Status of the refusal; `None` when there was no answer.
    status: Option<StatusCode>,
    /// What to do about it.
    pub(crate) cut: Cut,
}

impl NotOpened {
    const UNANSWERED: Self = Self { status: None, cut: Cut::Later(None) };

    /// Describes it for the history.
    pub(crate) fn describe(&self) -> Value {
        match self.status {
            Some(status) => json!({ "source": "stream", "status": status.as_u16() }),
            None => json!({ "source": "stream", "failure": "no answer" }),
        }
    }
}

/// Opens a stream at an `http://` URL; `address` is whom it is for, if that is to be said.
pub(crate) async fn open(
    url: &str,
    token: &str,
    origin: Option<&str>,
    address: Option<Ipv4Addr>,
) -> Result<TicketStream, NotOpened> {
    let opening = timeout(OPENING, connect(url, token, origin, address));
    opening.await.unwrap_or(Err(NotOpened::UNANSWERED))
}

async fn connect(
    url: &str,
    token: &str,
    origin: Option<&str>,
    address: Option<Ipv4Addr>,
) -> Result<TicketStream, NotOpened> {
    let unanswered = NotOpened::UNANSWERED;
    let Some((_, rest)) = url.split_once("://") else { return Err(unanswered) };
    let Ok(mut request) = format!("ws://{rest}").into_client_request() else {
        return Err(unanswered);
    };
    let Ok(token) = HeaderValue::from_str(token) else { return Err(unanswered) };
    request.headers_mut().insert("sluice-ticket", token);
    if let Some(origin) = origin.and_then(|text| text.parse().ok()) {
        request.headers_mut().insert("origin", origin);
    }
    if let Some(address) = address.and_then(|address| address.to_string().parse().ok()) {
        request.headers_mut().insert("x-forwarded-for", address);
    }
    let address = rest.split('/').next().unwrap_or_default();
    let Ok(socket) = TcpStream::connect(address).await else { return Err(unanswered) };
    let _ = socket.set_nodelay(true);
    // The defaults reserve 128 KiB per socket; a frame is about 250 bytes.
    let config = WebSocketConfig::default().read_buffer_size(1_024).write_buffer_size(0);
    match client_async_with_config(request, socket, Some(config)).await {
        Ok((stream, _)) => Ok(stream),
        Err(Error::Http(refusal)) => {
            let cut = on_refusal(refusal.status(), refusal.headers());
            Err(NotOpened { status: Some(refusal.status()), cut })
        }
        Err(_) => Err(unanswered),
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
