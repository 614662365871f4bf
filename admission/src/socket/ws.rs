//! The WebSocket: its task reads nothing but signs of life, writes what the socket did not take at
//! once, and closes. Everything else is written by those who have it to say; see the outlet.

use super::{DisconnectReason, Outlet, outlet::Work, upgrade::UpgradedSocket};
use edge::Slot;
use std::{
    io,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{
    self, Message,
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext},
};
use tokio_util::sync::CancellationToken;

/// A write that takes longer means that nobody reads.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// How long the other end may take to answer a close.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// Messages that a client may send in one second, control frames included.
const MESSAGES_PER_SECOND: u32 = 5;
/// Bytes of one message, at most.
const MESSAGE_BYTES: usize = 4096;
/// Bytes that a client may send in one second. More is no message, but parts of one without end.
const BYTES_PER_SECOND: usize = 32 * 1024;
/// Room for what a client says; a ping needs less, a longer message makes its own.
const READ_BYTES: usize = 128;

/// One connection.
pub struct Connection {
    stream: Arc<TcpStream>,
    codec: WebSocketContext,
    outlet: Arc<Outlet>,
    heard: Heard,
    _slot: Option<Slot>,
}

/// What came in the current second.
struct Heard {
    since: Instant,
    n_messages: u32,
    n_bytes: usize,
}

/// Both ways of a socket, for the codec: it never waits, and what it writes stands behind what was
/// begun.
struct Ends<'a> {
    stream: &'a TcpStream,
    outlet: &'a Outlet,
    n_read: &'a mut usize,
}

/// How a connection ended.
enum Ended {
    Gone,
    Stop,
    Because(DisconnectReason),
}

impl Connection {
    /// Takes an upgraded socket, and the outlet with its frames.
    #[must_use]
    pub fn new(socket: UpgradedSocket, outlet: Arc<Outlet>) -> Self {
        let (stream, now) = (Arc::new(socket.stream), Instant::now());
        outlet.attach(Arc::clone(&stream), now);
        let early = socket.early.to_vec();
        let codec = WebSocketContext::from_partially_read(early, Role::Server, Some(limits()));
        let heard = Heard { since: now, n_messages: 0, n_bytes: 0 };
        Self { stream, codec, outlet, heard, _slot: socket.slot }
    }

    /// Runs until either end closes. `restart` makes the reason for a soft stop.
    ///
    /// Nothing large is handed on by value: an async function keeps what it was given beside what it
    /// makes of it, and each socket has all of that.
    pub async fn run(
        &mut self,
        soft: CancellationToken,
        hard: CancellationToken,
        restart: impl FnOnce() -> DisconnectReason,
    ) {
        let ended = tokio::select! {
            biased;
            () = hard.cancelled() => return,
            ended = self.until_closed(&soft) => ended,
        };
        let reason = match ended {
            Ended::Gone => return,
            Ended::Stop => restart(),
            Ended::Because(reason) => reason,
        };
        let _ = tokio::time::timeout(CLOSE_TIME, self.close(reason)).await;
    }

    async fn until_closed(&mut self, soft: &CancellationToken) -> Ended {
        // Made once, and not for each turn: it is kept in a list that all connections share.
        let mut stop = pin!(soft.cancelled());
        loop {
            if let Err(ended) = self.read() {
                return ended;
            }
            let step = tokio::select! {
                readable = self.stream.readable() => readable.map_err(|_| Ended::Gone),
                work = self.outlet.work() => match work {
                    Work::Flush => self.flush().await,
                    Work::Close(reason) => Err(Ended::Because(reason)),
                },
                () = &mut stop => Err(Ended::Stop),
            };
            if let Err(ended) = step {
                return ended;
            }
        }
    }

    /// Writes what the socket did not take at once.
    async fn flush(&self) -> Result<(), Ended> {
        let all_written = async {
            loop {
                match self.outlet.flush() {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(_) => return Err(Ended::Gone),
                }
                if self.stream.writable().await.is_err() {
                    return Err(Ended::Gone);
                }
            }
        };
        let written = tokio::time::timeout(WRITE_TIME, all_written).await;
        written.unwrap_or(Err(Ended::Because(DisconnectReason::TooSlow)))
    }

    /// Reads what is there, and answers pings.
    fn read(&mut self) -> Result<(), Ended> {
        let now = Instant::now();
        self.heard.begin_second(now);
        loop {
            match self.next_message() {
                Ok(Message::Close(_)) => return Err(self.confirm_close()),
                Ok(_) => self.heard.count_message()?,
                Err(tungstenite::Error::Io(error)) if is_not_yet(&error) => return Ok(()),
                // Too large, not UTF-8, against the protocol; or the connection broke, and nobody
                // hears the close.
                Err(_) => return Err(Ended::Because(DisconnectReason::BadFrame)),
            }
            self.outlet.heard(now);
        }
    }

    /// Answers the other end's close, behind what was begun.
    fn confirm_close(&mut self) -> Ended {
        self.outlet.shut();
        let (codec, mut ends) = self.codec();
        let _ = codec.flush(&mut ends);
        Ended::Gone
    }

    /// Says why, and waits for the other end to confirm, so that the reason is not lost with the
    /// connection.
    async fn close(&mut self, reason: DisconnectReason) {
        self.outlet.shut();
        let code = reason.code().into();
        let frame = CloseFrame { code, reason: reason.text().as_ref().into() };
        let (codec, mut ends) = self.codec();
        let said = codec.close(&mut ends, Some(frame));
        if said.is_err() || self.flush().await.is_err() {
            return;
        }
        loop {
            match self.next_message() {
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if is_not_yet(&error) => {
                    if self.stream.readable().await.is_err() {
                        return;
                    }
                }
                Err(_) => return,
            }
        }
    }

    fn next_message(&mut self) -> tungstenite::Result<Message> {
        let (codec, mut ends) = self.codec();
        codec.read(&mut ends)
    }

    fn codec(&mut self) -> (&mut WebSocketContext, Ends<'_>) {
        let (stream, outlet) = (&*self.stream, &*self.outlet);
        (&mut self.codec, Ends { stream, outlet, n_read: &mut self.heard.n_bytes })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.outlet.detach();
    }
}

impl Heard {
    fn begin_second(&mut self, now: Instant) {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            *self = Self { since: now, n_messages: 0, n_bytes: 0 };
        }
    }

    fn count_message(&mut self) -> Result<(), Ended> {
        self.n_messages += 1;
        if self.n_messages > MESSAGES_PER_SECOND {
            return Err(Ended::Because(DisconnectReason::BadFrame));
        }
        Ok(())
    }
}

impl io::Read for Ends<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if *self.n_read > BYTES_PER_SECOND {
            return Err(io::Error::other("more than a client may send"));
        }
        let n = self.stream.try_read(buffer)?;
        *self.n_read += n;
        Ok(n)
    }
}

impl io::Write for Ends<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outlet.control(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Small buffers, since there are many sockets and small frames.
fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES))
}

fn is_not_yet(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_a_socket_waits_with_is_kept_once() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let socket = UpgradedSocket { stream, early: Bytes::new(), slot: None };
        let mut connection = Connection::new(socket, Arc::default());
        let size = size_of_val(&connection);
        let stop = CancellationToken::new();
        let reason = || DisconnectReason::Idle;
        let running = size_of_val(&connection.run(stop.clone(), stop.clone(), reason));
        // 320 + 584 bytes; a copy of the connection, or of what is awaited, is 320 or more.
        assert!(size + running < 1000, "{size} + {running}");
    }
}
