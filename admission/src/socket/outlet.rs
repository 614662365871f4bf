//! What a connection is to write. Positions are state, not history: a newer one replaces an older
//! one, so a slow reader costs one frame of memory and never hears stale news.
//!
//! With a WebSocket attached, a frame goes straight to the socket. Only what the socket does not
//! take at once waits here for the connection's own task; so does everything while there is no
//! socket yet, and for streams that write on their own.

use super::{
    DisconnectReason, Frame,
    wire::{Life, Wire, Written},
};
use parking_lot::Mutex;
use std::{io, sync::Arc, time::Instant};
use tokio::{net::TcpStream, sync::Notify};

/// What the hub tells a connection.
#[derive(Debug, Default)]
pub struct Outlet {
    state: Mutex<State>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct State {
    wire: Option<Wire>,
    /// The latest frame that was not begun.
    frame: Option<Frame>,
    close: Option<DisconnectReason>,
    /// Whether nothing more may be written but control frames.
    is_shut: bool,
}

/// What a stream that writes on its own does next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Send(Frame),
    Close(DisconnectReason),
}

/// What is left to the task of a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Something waits until the socket takes it.
    Flush,
    Close(DisconnectReason),
}

impl Outlet {
    /// Writes a frame, or leaves it.
    pub(crate) fn send(&self, frame: Frame) {
        if !self.state.lock().send(frame) {
            self.filled.notify_one();
        }
    }

    /// Has the connection closed once the last frame is written. The first reason counts.
    pub(crate) fn close(&self, reason: DisconnectReason) {
        self.state.lock().close.get_or_insert(reason);
        self.filled.notify_one();
    }

    /// Waits for something to do. Can be cancelled without losing anything.
    pub(crate) async fn next(&self) -> Next {
        self.until(|state| match state.frame.take() {
            Some(frame) => Some(Next::Send(frame)),
            None => state.close.map(Next::Close),
        })
        .await
    }

    /// Has frames written to this socket from now on.
    pub(super) fn attach(&self, stream: Arc<TcpStream>, now: Instant) {
        self.state.lock().wire = Some(Wire::new(stream, now));
    }

    /// Lets go of the socket.
    pub(super) fn detach(&self) {
        let mut state = self.state.lock();
        (state.wire, state.is_shut) = (None, true);
    }

    /// Has nothing more written but control frames.
    pub(super) fn shut(&self) {
        let mut state = self.state.lock();
        (state.frame, state.is_shut) = (None, true);
    }

    /// Waits for something that only the socket's own task can do. Can be cancelled without losing
    /// anything.
    pub(super) async fn work(&self) -> Work {
        self.until(|state| {
            let flush = state.is_behind().then_some(Work::Flush);
            flush.or(state.close.map(Work::Close))
        })
        .await
    }

    /// Writes what waits. False if the socket is still full.
    ///
    /// # Errors
    ///
    /// Returns why nothing can be written any more.
    pub(super) fn flush(&self) -> io::Result<bool> {
        self.state.lock().flush()
    }

    /// Takes a whole control frame, to be written now or behind what was begun.
    pub(super) fn control(&self, bytes: &[u8]) {
        let mut state = self.state.lock();
        if state.wire.as_mut().is_some_and(|wire| !wire.control(bytes)) {
            self.filled.notify_one();
        }
    }

    /// The other end gave a sign of life.
    pub(super) fn heard(&self, now: Instant) {
        if let Some(wire) = &mut self.state.lock().wire {
            wire.heard(now);
        }
    }

    /// Asks the other end for a sign of life if it was silent for long; closes if there was none.
    /// Returns when to do so again; `None` where nobody can answer.
    pub(super) fn ask_for_life(&self, now: Instant) -> Option<Instant> {
        let mut state = self.state.lock();
        let wire = state.wire.as_mut()?;
        let life = wire.ask_for_life(now);
        if wire.is_behind() {
            self.filled.notify_one();
        }
        match life {
            Life::Until(at) => Some(at),
            Life::Gone => {
                state.close.get_or_insert(DisconnectReason::Idle);
                self.filled.notify_one();
                None
            }
        }
    }

    /// Waits until `find` finds something in the state.
    async fn until<T>(&self, mut find: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let filled = self.filled.notified();
            if let Some(found) = find(&mut self.state.lock()) {
                return found;
            }
            filled.await;
        }
    }
}

impl State {
    /// Writes or leaves a frame. False if somebody else has to write what is left.
    fn send(&mut self, frame: Frame) -> bool {
        if self.is_shut {
            return true;
        }
        if let Some(pending) = &mut self.frame {
            pending.replace(frame);
            return false;
        }
        let written = self.wire.as_mut().map_or(Written::Nothing, |wire| wire.send(&frame));
        if written == Written::Nothing {
            self.frame = Some(frame);
        }
        written == Written::All
    }

    fn is_behind(&self) -> bool {
        self.frame.is_some() || self.wire.as_ref().is_some_and(Wire::is_behind)
    }

    fn flush(&mut self) -> io::Result<bool> {
        let Some(wire) = &mut self.wire else { return Err(io::ErrorKind::NotConnected.into()) };
        if !wire.flush()? {
            return Ok(false);
        }
        let Some(frame) = self.frame.take() else { return Ok(true) };
        let written = wire.send(&frame);
        if written == Written::Nothing {
            self.frame = Some(frame);
        }
        Ok(written == Written::All)
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

    #[tokio::test]
    async fn what_came_before_the_socket_is_left_to_its_task() {
        let outlet = Outlet::default();
        outlet.send(Frame::Held);
        outlet.close(DisconnectReason::Finished);
        assert_eq!(outlet.work().await, Work::Flush);
        outlet.shut();
        outlet.send(Frame::Admitting);
        assert_eq!(outlet.work().await, Work::Close(DisconnectReason::Finished));
    }
}
