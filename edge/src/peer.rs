//! The client at the other end, and the key that its address is counted under.

use std::net::{IpAddr, SocketAddr};

/// The client that a request comes from, in the extensions of every request: the other end of the
/// connection, or whom a trusted proxy asks for.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub SocketAddr);

impl PeerAddr {
    /// Returns the key that limits count this address under.
    #[must_use]
    pub fn key(self) -> u64 {
        ip_key(self.0.ip())
    }
}

/// An IPv6 address counts as its /64, since one customer's network has all of it.
fn ip_key(ip: IpAddr) -> u64 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => u64::from(ip.to_bits()),
        IpAddr::V6(ip) => (ip.to_bits() >> 64) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_ipv6_line_share() {
        let ip = |text: &str| ip_key(text.parse().unwrap());
        assert_eq!(ip("2001:db8::1"), ip("2001:db8::2"));
        assert_ne!(ip("2001:db8:0:1::1"), ip("2001:db8::1"));
    }
}
