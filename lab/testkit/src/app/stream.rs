//! The stream of a ticket over WebSocket.

use futures_util::StreamExt;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{Api, TestDrop};
use crate::wait::PATIENCE;

/// An open stream, and all frames so far.
#[derive(Debug)]
pub struct TestStream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// In the order of their arrival.
    pub frames: Vec<Value>,
    /// Code and reason, once it was closed.
    pub closed: Option<(u16, String)>,
}

pub(super) async fn open(
    admission: &str,
    origin: &str,
    flash_drop: &TestDrop,
    token: &str,
) -> TestStream {
    let base = admission.replacen("http", "ws", 1);
    let url = format!("{base}/v1/drops/{}/stream", flash_drop.id);
    let mut request = url.into_client_request().expect("a URL of ours");
    let header = |text: &str| HeaderValue::from_str(text).expect("a header of ours");
    let headers = request.headers_mut();
    headers.insert("Origin", header(origin));
    headers.insert("Sec-WebSocket-Protocol", header(&format!("sluice.v1, sluice.ticket.{token}")));
    let (socket, _) = connect_async(request).await.expect("the stream opens");
    TestStream { socket, frames: Vec::new(), closed: None }
}

/// Asks for a stream at a path, with the ticket of the API if it has one, and returns the first
/// answer: 101 for a frame, the code that closes the stream before there is one, or the status of
/// a refused upgrade; `None` if there is no answer, since a service is being killed.
pub async fn answer_of_stream(api: &Api, path: &str) -> Option<u16> {
    let url = format!("{}{path}", api.base().replacen("http", "ws", 1));
    let mut request = url.into_client_request().ok()?;
    if let Some(ticket) = api.ticket() {
        request.headers_mut().insert("Sluice-Ticket", HeaderValue::from_str(ticket).ok()?);
    }
    let mut socket = match connect_async(request).await {
        Ok((socket, _)) => socket,
        Err(Error::Http(refusal)) => return Some(refusal.status().as_u16()),
        Err(_) => return None,
    };
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(_) => return Some(101),
            Message::Close(close) => return close.map(|frame| u16::from(frame.code)),
            Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
        }
    }
    None
}

impl TestStream {
    /// Waits for the next frame; `None` once the stream is closed.
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
    /// Panics with all frames so far if the stream ends or the time is up before.
    pub async fn until(&mut self, kind: &str) -> Value {
        self.until_frame(kind, |frame| frame["type"] == kind).await
    }

    /// Waits for a frame that meets a condition.
    ///
    /// # Panics
    ///
    /// As [`until`](Self::until).
    pub async fn until_frame(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            while let Some(frame) = self.next().await {
                if fits(&frame) {
                    return Some(frame);
                }
            }
            None
        };
        let found = timeout(PATIENCE, waiting).await.ok().flatten();
        found.unwrap_or_else(|| panic!("no {what}; closed {:?}; {:?}", self.closed, self.frames))
    }

    /// Returns the positions that were shown, in order.
    #[must_use]
    pub fn positions(&self) -> Vec<u64> {
        self.frames.iter().filter_map(|frame| frame["position"].as_u64()).collect()
    }
}
