//! What a stream says.

use super::PATIENCE;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, protocol::CloseFrame},
};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The next frame, or the close.
pub(crate) async fn next(socket: &mut Socket) -> Result<Value, (u16, String)> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a frame in time") {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => {
                return Err((u16::from(code), reason.to_string()));
            }
            Some(Ok(Message::Close(None))) | None => return Err((1006, String::new())),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err((1006, error.to_string())),
        }
    }
}

/// Reads until a frame fits.
pub(crate) async fn until(socket: &mut Socket, fits: impl Fn(&Value) -> bool) -> Value {
    loop {
        let frame = next(socket).await.unwrap();
        if fits(&frame) {
            return frame;
        }
    }
}

/// Reads until the close.
pub(crate) async fn until_close(socket: &mut Socket) -> (u16, String) {
    loop {
        if let Err(close) = next(socket).await {
            return close;
        }
    }
}

pub(crate) async fn say(socket: &mut Socket, message: Message) {
    let _ = socket.send(message).await;
}
