//! Server-sent events: the same frames for those whose network breaks WebSockets.
//!
//! An event is made once the one before it is written. HTTP tells nobody when that is, but lets go
//! of the event's bytes then, and with them of the permit for the next.

use super::{Outlet, cadence::KEEP_ALIVE, outlet::Next};
use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use shared::telemetry::CounterName;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// A write that takes longer means that nobody reads.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// Keeps proxies from closing the connection.
const COMMENT: &[u8] = b":\n\n";

/// What a stream has to say.
struct Events {
    outlet: Arc<Outlet>,
    soft: CancellationToken,
    /// One permit: held by the event that is being written.
    turn: Arc<Semaphore>,
    write_time: Duration,
}

/// The bytes of an event, and its turn to be written.
struct Event {
    text: Vec<u8>,
    _turn: OwnedSemaphorePermit,
}

/// The client does not read.
#[derive(Debug, thiserror::Error)]
#[error("an event was not written in time")]
struct TooSlow;

/// Streams what is in the outlet until it is closed, the client does not read, or the service
/// stops. `guard` is dropped with the stream, however it ends.
pub(crate) fn stream<G: Send + 'static>(
    outlet: Arc<Outlet>,
    soft: CancellationToken,
    guard: G,
) -> Response {
    let events = Events::new(outlet, soft, WRITE_TIME);
    let events = stream::try_unfold((events, guard), async |(events, guard)| {
        let next = events.next().await?;
        Ok::<_, TooSlow>(next.map(|bytes| (bytes, (events, guard))))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(events)).into_response()
}

impl Events {
    fn new(outlet: Arc<Outlet>, soft: CancellationToken, write_time: Duration) -> Self {
        Self { outlet, soft, turn: Arc::new(Semaphore::new(1)), write_time }
    }

    /// The next event, once the one before is written; `None` at the end.
    async fn next(&self) -> Result<Option<Bytes>, TooSlow> {
        let turn = timeout(self.write_time, Arc::clone(&self.turn).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(TooSlow) };
        let next = timeout(KEEP_ALIVE, self.soft.run_until_cancelled(self.outlet.next())).await;
        let text = match next {
            Ok(Some(Next::Send(frame))) => {
                CounterName::FramesSent.get().increment(1);
                format!("data: {}\n\n", frame.to_json()).into_bytes()
            }
            Ok(Some(Next::Close(_)) | None) => return Ok(None),
            Err(_) => COMMENT.to_vec(),
        };
        Ok(Some(Bytes::from_owner(Event { text, _turn: turn })))
    }
}

impl AsRef<[u8]> for Event {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{DisconnectReason, Frame};

    #[tokio::test]
    async fn who_does_not_read_is_given_up() {
        let outlet = Arc::new(Outlet::default());
        let short = Duration::from_millis(20);
        let events = Events::new(Arc::clone(&outlet), CancellationToken::new(), short);
        outlet.send(Frame::Admitting);
        let written = events.next().await.unwrap();
        assert_eq!(written.as_deref(), Some(&b"data: {\"type\":\"admitting\"}\n\n"[..]));
        drop(written);
        outlet.send(Frame::Held);
        let unwritten = events.next().await.unwrap();
        assert_eq!(unwritten.as_deref(), Some(&b"data: {\"type\":\"held\"}\n\n"[..]));
        outlet.send(Frame::Admitting);
        assert!(events.next().await.is_err());
    }

    #[tokio::test]
    async fn a_stream_ends_once_its_outlet_is_closed() {
        let outlet = Arc::new(Outlet::default());
        let events = Events::new(Arc::clone(&outlet), CancellationToken::new(), WRITE_TIME);
        outlet.send(Frame::Held);
        outlet.close(DisconnectReason::Finished);
        assert!(events.next().await.unwrap().is_some());
        assert!(events.next().await.unwrap().is_none());
    }
}
