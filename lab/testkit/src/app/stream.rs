//! The stream of a ticket over WebSocket.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::TestDrop;

/// How long a test waits for what must happen.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// An open stream, and all frames that came so far.
#[derive(Debug)]
pub struct Stream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What came, in order.
    pub frames: Vec<Value>,
    /// Code and reason, once it was closed.
    pub closed: Option<(u16, String)>,
}

pub(super) async fn open(
    admission: &str,
    origin: &str,
    flash_drop: &TestDrop,
    token: &str,
) -> Stream {
    let base = admission.replacen("http", "ws", 1);
    let url = format!("{base}/v1/drops/{}/stream", flash_drop.id);
    let mut request = url.into_client_request().expect("a URL of ours");
    let header = |text: &str| HeaderValue::from_str(text).expect("a header of ours");
    let headers = request.headers_mut();
    headers.insert("Origin", header(origin));
    headers.insert("Sec-WebSocket-Protocol", header(&format!("sluice.v1, sluice.ticket.{token}")));
    let (socket, _) = connect_async(request).await.expect("the stream opens");
    Stream { socket, frames: Vec::new(), closed: None }
}

impl Stream {
    /// Waits for the next frame; `None` when the stream was closed.
    ///
    /// # Panics
    ///
    /// Panics if nothing comes in time.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await;
            match message.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    self.frames.push(frame.clone());
                    return Some(frame);
                }
                Some(Ok(Message::Close(close))) => {
                    self.closed = close
                        .map(|frame| (u16::from(frame.code), frame.reason.as_str().to_owned()));
                    return None;
                }
                Some(Ok(
                    Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_),
                )) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Waits for a frame of this type, such as `held`.
    ///
    /// # Panics
    ///
    /// Panics with all frames if the stream ends before, or it does not come in time.
    pub async fn until(&mut self, kind: &str) -> Value {
        self.until_frame(kind, |frame| frame["type"] == kind).await
    }

    /// Waits for a frame that is as wanted.
    ///
    /// # Panics
    ///
    /// As [`until`](Self::until).
    pub async fn until_frame(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            while let Some(frame) = self.next().await {
                if is_it(&frame) {
                    return Some(frame);
                }
            }
            None
        };
        let found = timeout(PATIENCE, waiting).await.ok().flatten();
        #[expect(clippy::panic, reason = "a test without its frame has failed")]
        found.unwrap_or_else(|| panic!("no {what}; closed {:?}; {:?}", self.closed, self.frames))
    }

    /// The places that were shown, in order.
    #[must_use]
    pub fn places(&self) -> Vec<u64> {
        self.frames.iter().filter_map(|frame| frame["place"].as_u64()).collect()
    }
}
