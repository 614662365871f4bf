//! Whom a request is from, where proxies stand in between. Only proxies on the list are believed:
//! what anybody else writes into a header is theirs to choose.

use crate::proxy_header;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::io::AsyncRead;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies in front of a listener; by default there are none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    send_header: bool,
}

impl TrustedProxies {
    /// Believes proxies in these networks; with `send_header`, each of their connections begins with
    /// a PROXY header.
    pub fn new(networks: impl IntoIterator<Item = IpNet>, send_header: bool) -> Self {
        Self { networks: networks.into_iter().collect(), send_header }
    }

    /// Whether this is one of them.
    pub(crate) fn include(&self, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        self.networks.iter().any(|network| network.contains(&ip))
    }

    /// Finds who opened a new connection, and reads the PROXY header if there has to be one.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the header; the connection is of no use then.
    pub(crate) async fn opener<S: AsyncRead + Unpin>(
        &self,
        stream: &mut S,
        peer: SocketAddr,
    ) -> io::Result<SocketAddr> {
        if !self.send_header || !self.include(peer) {
            return Ok(peer);
        }
        Ok(proxy_header::read(stream).await?.unwrap_or(peer))
    }

    /// Finds whom a request is from: of the hops that it names, the last one that is no proxy of
    /// ours. A hop that cannot be read ends the search, so that its proxy answers for it.
    pub(crate) fn client(&self, opener: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let values = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let hops = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        let mut client = opener;
        for hop in hops {
            match address(hop.trim()) {
                Some(hop) if self.include(client) => client = hop,
                _ => break,
            }
        }
        client
    }
}

/// Reads a hop, which may have a port.
fn address(hop: &str) -> Option<SocketAddr> {
    let with_port = || hop.parse().ok();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    bare.parse::<IpAddr>().ok().map(|ip| (ip, 0).into()).or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap()), false)
    }

    fn client(opener: &str, hops: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for hop in hops {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(hop).unwrap());
        }
        proxies().client((opener.parse::<IpAddr>().unwrap(), 1).into(), &headers).ip().to_string()
    }

    /// Who opened the connection, the hops that the request names, whom it is from.
    const WAYS: &[(&str, &[&str], &str)] = &[
        // Nobody may choose an address who is no proxy.
        ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        // What the client wrote itself stands to the left of what our proxy saw.
        ("10.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["10.9.9.9, 198.51.100.1 , 10.0.0.2"], "198.51.100.1"),
        ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
        ("10.0.0.1", &["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
        ("10.0.0.1", &["198.51.100.1:443"], "198.51.100.1"),
        ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        // Nothing but proxies, or nothing that can be read: the proxy answers for it.
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["198.51.100.1", ""], "10.0.0.1"),
    ];

    #[test]
    fn the_last_hop_that_is_no_proxy_of_ours_is_the_client() {
        for (opener, hops, expected) in WAYS {
            assert_eq!(client(opener, hops), *expected, "{opener} {hops:?}");
        }
    }
}
