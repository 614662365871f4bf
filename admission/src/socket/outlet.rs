//! The latest frame that waits to be written. Places are state, not history: a newer one takes the
//! place of an older one, so a slow reader costs one frame of memory and never hears stale news.

use super::{CloseReason, Frame};
use std::sync::{Mutex, MutexGuard, PoisonError};
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
    close: Option<CloseReason>,
}

/// What a connection does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Writes this.
    Send(Frame),
    /// Closes.
    Close(CloseReason),
}

impl Outlet {
    /// Leaves a frame.
    pub fn send(&self, frame: Frame) {
        match &mut self.pending().frame {
            Some(pending) => pending.replace(frame),
            none => *none = Some(frame),
        }
        self.filled.notify_one();
    }

    /// Has the connection closed once the last frame is written. The first reason counts.
    pub fn close(&self, reason: CloseReason) {
        self.pending().close.get_or_insert(reason);
        self.filled.notify_one();
    }

    /// Waits for something to do. Can be cancelled without losing anything.
    pub async fn next(&self) -> Next {
        loop {
            let filled = self.filled.notified();
            {
                let mut pending = self.pending();
                if let Some(frame) = pending.frame.take() {
                    // What is left is found at the next call.
                    if pending.close.is_some() {
                        self.filled.notify_one();
                    }
                    return Next::Send(frame);
                }
                if let Some(reason) = pending.close {
                    return Next::Close(reason);
                }
            }
            filled.await;
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
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
        outlet.close(CloseReason::Finished);
        outlet.close(CloseReason::Replaced);
        assert_eq!(outlet.next().await, Next::Send(Frame::Held));
        assert_eq!(outlet.next().await, Next::Close(CloseReason::Finished));
    }
}
