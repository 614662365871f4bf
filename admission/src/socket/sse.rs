//! Server-sent events: the same frames for those whose network breaks WebSockets.

use super::{Outlet, outlet::Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, stream};
use shared::telemetry::CounterName;
use std::{convert::Infallible, sync::Arc};
use tokio_util::sync::CancellationToken;

/// Streams what is in the outlet until it is closed or the service stops. `guard` is dropped with
/// the stream, however it ends.
pub(crate) fn stream<G: Send + 'static>(
    outlet: Arc<Outlet>,
    soft: CancellationToken,
    guard: G,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let frames = stream::unfold((outlet, soft, guard), async |(outlet, soft, guard)| {
        let next = soft.run_until_cancelled(outlet.next()).await?;
        match next {
            Next::Send(frame) => {
                CounterName::FramesSent.get().increment(1);
                let event = Event::default().data(frame.to_json());
                Some((Ok(event), (outlet, soft, guard)))
            }
            Next::Close(_) => None,
        }
    });
    Sse::new(frames).keep_alive(KeepAlive::default())
}
