//! Shoppers who join, each once and from an address of their own.

use super::paced::{self, Pace, PacedReplies};
use crate::{
    installation::Installation, join_http::room::join_request, sale_drops::SaleDrop,
    turn::session_keys,
};
use anyhow::ensure;
use shared::{credentials::Keyring, ids::DropId};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// Connections that ask as fast as they are answered.
const N_BUSY: usize = 64;
/// Connections of a steady rate that is served.
const N_PACED: usize = 256;
/// The first of the shoppers' addresses, and how many there are: a network for benchmarks (RFC 2544).
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);
const N_ADDRESSES: u32 = 1 << 17;

/// Those who join one drop.
pub(super) struct Joiners {
    address: SocketAddr,
    sessions: Keyring,
    sale: SaleDrop,
}

impl Joiners {
    /// Shoppers of this drop.
    pub(super) fn of(installation: &Installation, sale: SaleDrop) -> anyhow::Result<Self> {
        let address = ([127, 0, 0, 1], installation.fleet().ports.admission).into();
        Ok(Self { address, sessions: session_keys(installation)?, sale })
    }

    /// The drop that they want.
    pub(super) const fn drop_id(&self) -> DropId {
        self.sale.drop_id
    }

    /// Joins per second, when each connection sends its next one as soon as it has the answer.
    pub(super) async fn most_per_second(&self, n: usize) -> anyhow::Result<f64> {
        self.send(n / 10, Pace::AsAnswered, N_BUSY).await?;
        let replies = self.send(n, Pace::AsAnswered, N_BUSY).await?;
        Ok(replies.accepted_per_second())
    }

    /// The time that 99 of 100 joins take at most, when so many come per second. None may be refused.
    pub(super) async fn p99_ms(&self, per_second: f64, window: Duration) -> anyhow::Result<f64> {
        let replies = self.come(per_second, window, N_PACED).await?;
        let n_refused = replies.refused.len();
        ensure!(n_refused == 0, "{n_refused} joins were refused at {per_second:.0} a second");
        Ok(replies.accepted.quantile_ms(0.99))
    }

    /// Lets so many come per second, over so many connections at most.
    pub(super) async fn come(
        &self,
        per_second: f64,
        window: Duration,
        n_connections: usize,
    ) -> anyhow::Result<PacedReplies> {
        let n = (per_second * window.as_secs_f64()) as usize;
        self.send(n, Pace::PerSecond(per_second), n_connections).await
    }

    async fn send(
        &self,
        n: usize,
        pace: Pace,
        n_connections: usize,
    ) -> anyhow::Result<PacedReplies> {
        let request = |_| {
            let join = join_request(&self.sessions, self.sale.drop_id, self.sale.variant_id);
            of_client(&join, some_address())
        };
        let requests = (0..n).map(request).collect();
        paced::send(self.address, requests, pace, n_connections).await
    }
}

/// The same request, as a proxy hands it on that has it from this client.
pub(super) fn of_client(request: &[u8], client: Ipv4Addr) -> Vec<u8> {
    let header = format!("X-Forwarded-For: {client}\r\n");
    let line = request.windows(2).position(|bytes| bytes == b"\r\n");
    let (line, rest) = request.split_at(line.map_or(request.len(), |end| end + 2));
    [line, header.as_bytes(), rest].concat()
}

fn some_address() -> Ipv4Addr {
    let first = FIRST_ADDRESS.to_bits();
    Ipv4Addr::from_bits(first + rand::random_range(0..N_ADDRESSES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_adds_its_header_behind_the_first_line() {
        let request = of_client(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", Ipv4Addr::LOCALHOST);
        let expected = b"GET / HTTP/1.1\r\nX-Forwarded-For: 127.0.0.1\r\nHost: a\r\n\r\n";
        assert_eq!(request, expected);
    }

    #[test]
    fn all_shoppers_come_from_the_network_for_benchmarks() {
        for _ in 0..1000 {
            let [first, second, ..] = some_address().octets();
            assert!(first == 198 && (second == 18 || second == 19));
        }
    }
}
