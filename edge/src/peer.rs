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

    /// Returns a key of the network that this address is in: an IPv4 /24 or an IPv6 /48, which is
    /// what one customer, or a corner of one carrier, can come from.
    #[must_use]
    pub fn network_key(self) -> u64 {
        match self.0.ip().to_canonical() {
            IpAddr::V4(ip) => u64::from(ip.to_bits() >> 8),
            IpAddr::V6(ip) => (ip.to_bits() >> 80) as u64,
        }
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

    #[test]
    fn neighbours_of_one_network_share_its_key() {
        let network =
            |text: &str| PeerAddr(SocketAddr::new(text.parse().unwrap(), 7)).network_key();
        assert_eq!(network("192.0.2.1"), network("192.0.2.254"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.9"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
        assert_eq!(network("2001:db8:7:1::1"), network("2001:db8:7:ffff::2"));
        assert_ne!(network("2001:db8:7::1"), network("2001:db8:8::1"));
    }
}
