//! Shoppers who joined over HTTP and listen on a socket each.

use crate::{http::HttpConnection, join_http::room::join_request, sale_drops::SaleDrop};
use anyhow::{Context as _, ensure};
use serde::Deserialize;
use shared::{
    clock::{Clock as _, SystemClock},
    credentials::Keyring,
    ids::TicketId,
};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

/// Shoppers who join at a time.
const N_CLIENTS: usize = 32;
/// Frames that tell a shopper of the admission, or of what came behind it.
const TELLING: [&[u8]; 3] = [br#""type":"admitting""#, br#""type":"held""#, br#""type":"order""#];
/// Bytes that are kept of what was read: a frame may come in pieces.
const KEPT: usize = 32;

/// A ticket, and when its shopper was told.
type ToldShopper = (TicketId, i64);

/// Open sockets; one stays open after its shopper was told, and all end with this.
pub(super) struct Sockets {
    told: UnboundedReceiver<ToldShopper>,
    _readers: JoinSet<()>,
}

/// What is read of the answer to a join.
#[derive(Deserialize)]
struct GivenTicket {
    ticket_id: TicketId,
    token: String,
}

impl Sockets {
    /// Returns when all have joined and listen.
    pub(super) async fn open(
        address: SocketAddr,
        sessions: Keyring,
        sale: SaleDrop,
        n: usize,
    ) -> anyhow::Result<Self> {
        let sessions = Arc::new(sessions);
        let mut clients = JoinSet::new();
        for client in 0..N_CLIENTS {
            let n_own = n / N_CLIENTS + usize::from(client < n % N_CLIENTS);
            clients.spawn(open_all(address, Arc::clone(&sessions), sale, n_own));
        }
        let (sender, told) = unbounded_channel();
        let mut readers = JoinSet::new();
        while let Some(opened) = clients.join_next().await {
            for (ticket_id, stream, rest) in opened?? {
                readers.spawn(read(stream, rest, ticket_id, sender.clone()));
            }
        }
        Ok(Self { told, _readers: readers })
    }

    /// When shoppers were told, by their tickets, in microseconds since 1970.
    pub(super) fn told(&mut self) -> HashMap<TicketId, i64> {
        let mut all = HashMap::new();
        while let Ok((ticket_id, at_us)) = self.told.try_recv() {
            all.entry(ticket_id).or_insert(at_us);
        }
        all
    }
}

/// A ticket with its socket, and what came behind the upgrade.
type OpenSocket = (TicketId, TcpStream, Vec<u8>);

async fn open_all(
    address: SocketAddr,
    sessions: Arc<Keyring>,
    sale: SaleDrop,
    n: usize,
) -> anyhow::Result<Vec<OpenSocket>> {
    let mut opened = Vec::with_capacity(n);
    for _ in 0..n {
        let mut connection = HttpConnection::open(address).await?;
        let join = join_request(&sessions, sale.drop_id, sale.variant_id);
        let status = connection.exchange(&join).await?;
        ensure!(status == 201, "a join was answered with {status}");
        let ticket: GivenTicket =
            serde_json::from_slice(connection.body()).context("a join without a ticket")?;
        let (stream, rest) = connection.upgrade(upgrade(sale, &ticket.token).as_bytes()).await?;
        opened.push((ticket.ticket_id, stream, rest));
    }
    Ok(opened)
}

fn upgrade(sale: SaleDrop, token: &str) -> String {
    let drop_id = sale.drop_id;
    format!(
        "GET /v1/drops/{drop_id}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSluice-Ticket: {token}\r\n\r\n"
    )
}

/// Says when a frame tells of the admission; then only keeps the socket open. Pings stay
/// unanswered: no run is as long as a server's patience.
async fn read(
    mut stream: TcpStream,
    mut bytes: Vec<u8>,
    ticket_id: TicketId,
    told: UnboundedSender<ToldShopper>,
) {
    let mut is_told = false;
    loop {
        if !is_told && tells(&bytes) {
            is_told = told.send((ticket_id, now_us())).is_ok();
        }
        bytes.drain(..bytes.len().saturating_sub(KEPT));
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Microseconds since 1970.
pub(super) fn now_us() -> i64 {
    SystemClock.now().as_microsecond()
}

fn tells(bytes: &[u8]) -> bool {
    TELLING.iter().any(|frame| bytes.windows(frame.len()).any(|window| window == *frame))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_frames_from_the_admission_on_tell() {
        assert!(tells(br#"..{"type":"admitting"}"#));
        assert!(tells(br#"{"type":"order","state":"reserved"}"#));
        assert!(!tells(br#"{"type":"waiting","position":3}"#));
        assert!(!tells(br#"{"type":"admi"#));
    }
}
