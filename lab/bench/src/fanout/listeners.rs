//! The clients: they read and count, nothing else.

use super::frames::Mode;
use crate::http::HttpConnection;
use anyhow::bail;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{io::AsyncReadExt as _, net::TcpStream, task::JoinSet};

/// How long the first frames may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Open sockets whose frames are counted.
pub(super) struct Listeners {
    n_received: Arc<AtomicUsize>,
    _readers: JoinSet<()>,
}

impl Listeners {
    pub(super) async fn connect(
        address: SocketAddr,
        mode: Mode,
        n_sockets: usize,
    ) -> anyhow::Result<Self> {
        let (n_received, mut readers) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        for number in 1..=n_sockets {
            let (stream, rest) = match mode {
                Mode::Raw => {
                    let stream = TcpStream::connect(address).await?;
                    stream.set_nodelay(true)?;
                    (stream, Vec::new())
                }
                Mode::Hub => {
                    let connection = HttpConnection::open(address).await?;
                    connection.upgrade(upgrade(number).as_bytes()).await?
                }
            };
            readers.spawn(read(stream, rest, Arc::clone(&n_received)));
        }
        Ok(Self { n_received, _readers: readers })
    }

    pub(super) fn n_received(&self) -> usize {
        self.n_received.load(Ordering::Relaxed)
    }

    pub(super) async fn wait_for(&self, n: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.n_received() < n {
            if Instant::now() > deadline {
                bail!("only {} of {n} sockets have received a frame", self.n_received());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

fn upgrade(number: usize) -> String {
    format!(
        "GET /{number} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// Counts frames until the socket closes.
async fn read(mut stream: TcpStream, mut bytes: Vec<u8>, n_received: Arc<AtomicUsize>) {
    loop {
        let mut taken = 0;
        while let Some(length) = frame_length(&bytes[taken..]) {
            taken += length;
            n_received.fetch_add(1, Ordering::Relaxed);
        }
        bytes.drain(..taken);
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Length of a server's first frame, if all of it is here.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let (header, payload) = match *bytes.get(1)? {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        length => (2, usize::from(length)),
    };
    (bytes.len() >= header + payload).then_some(header + payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frames_are_counted() {
        assert_eq!(frame_length(&[0x81, 2, b'a', b'b', 0x81]), Some(4));
        assert_eq!(frame_length(&[0x81, 2, b'a']), None);
        let mut long = vec![0x81, 126, 0, 200];
        assert_eq!(frame_length(&long), None);
        long.resize(204, b'x');
        assert_eq!(frame_length(&long), Some(204));
    }
}
