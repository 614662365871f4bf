//! Listening with room for a crowd.

use std::{io, net::SocketAddr};
use tokio::net::{TcpListener, TcpSocket};

/// Connections that the kernel holds until they are accepted, at most; it may be told to hold fewer
/// (`net.core.somaxconn`).
///
/// The standard library's 128 are fewer than a drop brings in one moment at its opening. Who comes when
/// the queue is full is not refused but dropped, and tries again a second later, then three; a client
/// that says nothing first may even take itself for connected, and wait for ever.
const QUEUE: u32 = 4096;

/// Listens on an address.
///
/// # Errors
///
/// Returns why it can't: the address is in use, is not ours, or needs rights.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart need not wait until the connections of the process before it are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}
