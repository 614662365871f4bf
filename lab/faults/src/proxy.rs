//! The proxy: listens, leads to one server, counts.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use crate::{Trouble, connection, state::ProxyState};

/// Connections at one time; whoever comes then waits until the system takes it.
const MAX_CONNECTIONS: usize = 1_024;
/// Pause after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(50);

/// A proxy in front of one server. It ends, with all of its connections, when it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<ProxyState>,
    accepting: JoinHandle<()>,
}

impl FaultProxy {
    /// Listens on a port of its own of 127.0.0.1, and leads to this server, which need not run yet.
    /// Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// Returns an error when the server is on another machine, or no port can be had.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        if !server.ip().is_loopback() {
            let reason = format!("{server} is on another machine");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, state) = (listener.local_addr()?, Arc::new(ProxyState::new(server)));
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, accepting })
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes this trouble from now on, in place of any other.
    pub fn make(&self, trouble: Trouble) {
        self.state.trouble.send_replace(trouble);
    }

    /// Ends all trouble; what had to wait goes on.
    pub fn heal(&self) {
        self.make(Trouble::Nothing);
    }

    /// Connections whose clients have not hung up.
    #[must_use]
    pub fn n_clients(&self) -> usize {
        self.state.n_clients.load(Ordering::Relaxed)
    }

    /// Answers that were lost; see [`Trouble::LostReply`].
    #[must_use]
    pub fn n_lost_replies(&self) -> u64 {
        self.state.n_lost_replies.load(Ordering::Relaxed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The connections end with this task.
async fn accept(listener: TcpListener, state: Arc<ProxyState>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((client, _)) => {
                    connections.spawn(connection::carry(client, Arc::clone(&state)));
                }
                Err(_) => sleep(PAUSE).await,
            },
        }
    }
}
