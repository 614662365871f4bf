//! The latest frame that waits to be written. Positions are state, not history: a newer one
//! replaces an older one, so a slow reader costs one frame of memory and never hears stale news.

use super::{DisconnectReason, Frame};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// What the hub leaves for a connection.
#[derive(Debug, Default)]
pub struct Outlet {
    pending: Mutex<Pending>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Pending {
    frame: Option<Frame>,
    close: Option<DisconnectReason>,
}

/// What a connection does next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Send(Frame),
    Close(DisconnectReason),
}

impl Outlet {
    /// Leaves a frame.
    pub(crate) fn send(&self, frame: Frame) {
        match &mut self.pending.lock().frame {
            Some(pending) => pending.replace(frame),
            none => *none = Some(frame),
        }
        self.filled.notify_one();
    }

    /// Has the connection closed once the last frame is written. The first reason counts.
    pub(crate) fn close(&self, reason: DisconnectReason) {
        self.pending.lock().close.get_or_insert(reason);
        self.filled.notify_one();
    }

    /// Waits for something to do. Can be cancelled without losing anything.
    pub(crate) async fn next(&self) -> Next {
        loop {
            let filled = self.filled.notified();
            if let Some(next) = self.take() {
                return next;
            }
            filled.await;
        }
    }

    fn take(&self) -> Option<Next> {
        let mut pending = self.pending.lock();
        let Some(frame) = pending.frame.take() else { return pending.close.map(Next::Close) };
        if pending.close.is_some() {
            self.filled.notify_one(); // what is left is found at the next call
        }
        Some(Next::Send(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_latest_frame_is_written_and_then_the_close() {
        let outlet = Outlet::default();
        outlet.send(Frame::Admitting);
        outlet.send(Frame::Held);
        outlet.close(DisconnectReason::Finished);
        outlet.close(DisconnectReason::Replaced);
        assert_eq!(outlet.next().await, Next::Send(Frame::Held));
        assert_eq!(outlet.next().await, Next::Close(DisconnectReason::Finished));
    }
}
