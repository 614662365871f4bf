//! What all connections of a proxy share.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::watch;

use crate::Trouble;

/// Where a proxy leads to, its trouble, and what it has counted.
#[derive(Debug)]
pub(crate) struct ProxyState {
    pub(crate) server: SocketAddr,
    pub(crate) trouble: watch::Sender<Trouble>,
    /// Clients that have not hung up.
    pub(crate) n_clients: AtomicUsize,
    /// Connections that were broken off instead of an answer.
    pub(crate) n_lost_replies: AtomicU64,
}

/// Counts a client until it is dropped.
pub(crate) struct CountedClient<'a>(&'a AtomicUsize);

impl ProxyState {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self {
            server,
            trouble: watch::Sender::new(Trouble::Nothing),
            n_clients: AtomicUsize::new(0),
            n_lost_replies: AtomicU64::new(0),
        }
    }

    pub(crate) fn count_client(&self) -> CountedClient<'_> {
        self.n_clients.fetch_add(1, Ordering::Relaxed);
        CountedClient(&self.n_clients)
    }

    /// Returns once connections are to be broken off.
    pub(crate) async fn until_reset(&self) {
        let mut trouble = self.trouble.subscribe();
        // The sender is our own, so waiting never fails.
        let _ = trouble.wait_for(|trouble| *trouble == Trouble::Reset).await;
    }
}

impl Drop for CountedClient<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
