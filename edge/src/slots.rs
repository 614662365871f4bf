//! How much of a listener one address takes. A slot is held by what costs something: a connection,
//! the socket that it became, a request that a proxy has under way for the address.

use crate::PeerAddr;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::OwnedSemaphorePermit;

/// A place among all connections, and one among those of the client's address. Both are free again
/// once the last clone is gone: whoever makes a socket of a connection keeps one with it.
#[derive(Clone, Debug)]
pub struct Slot {
    _connection: Arc<OwnedSemaphorePermit>,
    _address: Arc<Counted>,
}

/// A request came from an address that holds all its slots; in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surplus;

/// What each address holds.
#[derive(Clone, Debug)]
pub(crate) struct AddressCounts {
    counts: Arc<Mutex<HashMap<u64, usize>>>,
    max: usize,
}

/// One of an address, counted while it lives.
#[derive(Debug)]
pub(crate) struct Counted {
    of: AddressCounts,
    key: u64,
}

/// A response's body, with the slot that it is written from.
struct HeldBody {
    body: Body,
    _slot: Slot,
}

impl Slot {
    pub(crate) fn new(connection: Arc<OwnedSemaphorePermit>, address: Arc<Counted>) -> Self {
        Self { _connection: connection, _address: address }
    }

    /// Keeps the slot until the body is written or given up.
    pub(crate) fn held_by(self, body: Body) -> Body {
        Body::new(HeldBody { body, _slot: self })
    }
}

impl AddressCounts {
    /// Counts up to `max` of each address.
    pub(crate) fn up_to(max: usize) -> Self {
        Self { counts: Arc::default(), max }
    }

    /// Counts one more, unless the address has all that it may.
    pub(crate) fn enter(&self, client: SocketAddr) -> Option<Arc<Counted>> {
        let key = PeerAddr(client).key();
        let mut counts = self.counts.lock();
        let count = counts.entry(key).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Arc::new(Counted { of: self.clone(), key }))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.of.counts.lock();
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

impl HttpBody for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_and_takes_none_from_another() {
        let counts = AddressCounts::up_to(2);
        let enter = |text: &str| counts.enter(text.parse().unwrap());
        let held = (enter("192.0.2.1:1"), enter("192.0.2.1:2"));
        assert!(held.0.is_some() && held.1.is_some());
        assert!(enter("192.0.2.1:3").is_none());
        assert!(enter("192.0.2.2:1").is_some());
        drop(held.0);
        assert!(enter("192.0.2.1:4").is_some());
        drop(held.1);
        assert!(counts.counts.lock().is_empty(), "nothing is kept of those who are gone");
    }
}
