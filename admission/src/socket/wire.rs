//! The writing side of a WebSocket. Whoever has a frame writes it on the spot, without waking the
//! connection's task, which is needed only for what the socket did not take at once.
//!
//! What the socket took half of is kept to its end, and everything else stands behind it, so frames
//! never mix.

use super::{Frame, encoding::encoded};
use metrics::Counter;
use shared::telemetry::CounterName;
use socket2::SockRef;
use std::{
    io,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};
use tokio::net::TcpStream;

/// Silence after which the other end is asked whether it is there, and after which it is not.
const PING_AFTER: Duration = Duration::from_secs(25);
const IDLE: Duration = Duration::from_secs(75);
/// A ping without a text.
const PING: [u8; 2] = [0x89, 0];

/// Found once: looking a counter up costs a tenth of a small write.
static FRAMES_SENT: LazyLock<Counter> = LazyLock::new(|| CounterName::FramesSent.get());

/// A socket, and what it has not taken yet.
#[derive(Debug)]
pub(super) struct Wire {
    stream: Arc<TcpStream>,
    /// The end of what was begun, and control frames behind it.
    unsent: Vec<u8>,
    heard_at: Instant,
    is_pinged: bool,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The socket has all of it, or is broken, as its reader will find.
    All,
    /// The rest waits.
    Part,
    /// Not begun: the socket is full.
    Nothing,
}

/// Whether the other end is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Until then it may be silent.
    Until(Instant),
    /// It was silent for too long.
    Gone,
}

impl Wire {
    /// Nothing was written yet.
    pub(super) const fn new(stream: Arc<TcpStream>, now: Instant) -> Self {
        Self { stream, unsent: Vec::new(), heard_at: now, is_pinged: false }
    }

    /// Writes a frame, as far as that goes without waiting.
    pub(super) fn send(&mut self, frame: &Frame) -> Written {
        if !self.unsent.is_empty() {
            return Written::Nothing;
        }
        let written = encoded(frame, |bytes| self.begin(bytes));
        if written != Written::Nothing {
            FRAMES_SENT.increment(1);
        }
        written
    }

    fn begin(&mut self, bytes: &[u8]) -> Written {
        match self.write(bytes) {
            Ok(n) if n < bytes.len() => {
                self.unsent.extend_from_slice(&bytes[n..]);
                Written::Part
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Written::Nothing,
            Ok(_) | Err(_) => Written::All,
        }
    }

    /// Writes what the socket takes now. The runtime hears only of a full one: what it keeps of each
    /// socket is somewhere else in memory, and far away if there are many. A broken one is an error and
    /// no signal, since programs in Rust begin with SIGPIPE ignored.
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match SockRef::from(&*self.stream).send(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.stream.try_write(bytes),
            written => written,
        }
    }

    /// Takes a whole control frame, to be written now or behind what was begun. True if all of it
    /// was written.
    pub(super) fn control(&mut self, bytes: &[u8]) -> bool {
        let written = if self.unsent.is_empty() { self.begin(bytes) } else { Written::Nothing };
        if written == Written::Nothing {
            self.unsent.extend_from_slice(bytes);
        }
        written == Written::All
    }

    /// Whether something waits to be written.
    pub(super) const fn is_behind(&self) -> bool {
        !self.unsent.is_empty()
    }

    /// Writes what was begun. False if the socket is still full.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while !self.unsent.is_empty() {
            match self.stream.try_write(&self.unsent) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => drop(self.unsent.drain(..n)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        self.unsent = Vec::new();
        Ok(true)
    }

    /// The other end gave a sign of life.
    pub(super) fn heard(&mut self, now: Instant) {
        (self.heard_at, self.is_pinged) = (now, false);
    }

    /// Asks the other end for a sign of life if it was silent for long.
    pub(super) fn ask_for_life(&mut self, now: Instant) -> Life {
        let silent = now.saturating_duration_since(self.heard_at);
        if silent >= IDLE {
            return Life::Gone;
        }
        if silent >= PING_AFTER && !self.is_pinged {
            self.is_pinged = true;
            self.control(&PING);
        }
        let patience = if self.is_pinged { IDLE } else { PING_AFTER };
        Life::Until(self.heard_at + patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::Prospects;
    use shared::{drop_message::DropMessage, drops::DropMode};
    use std::io::Read as _;
    use tokio::net::TcpListener;
    use tokio_tungstenite::tungstenite::protocol::frame::{
        FrameSocket,
        coding::{Control, Data, OpCode},
    };

    /// A wire, and the other end of it.
    async fn pair(now: Instant) -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
        let stream = server.unwrap().0;
        stream.writable().await.unwrap();
        (Wire::new(Arc::new(stream), now), client.unwrap())
    }

    /// A frame whose text is this long, at least.
    fn frame(position: u64, length: usize) -> Frame {
        Frame::Waiting {
            epoch: 1,
            evn: 1,
            position,
            waiting: position,
            units_left: None,
            units_held: None,
            prospects: Prospects::default(),
            mode: DropMode::Running,
            mode_until: None,
            message: Some(Arc::new(DropMessage::ForAll("x".repeat(length)))),
            rise: None,
        }
    }

    /// The next frame, which has to be this one.
    fn expect(frames: &mut FrameSocket<&[u8]>, frame: &Frame) {
        let read = frames.read(None).unwrap().unwrap();
        assert_eq!(read.header().opcode, OpCode::Data(Data::Text));
        assert_eq!(read.to_text().unwrap(), frame.to_json());
    }

    #[tokio::test]
    async fn frames_never_mix_whatever_the_socket_takes_at_once() {
        let (mut wire, client) = pair(Instant::now()).await;
        let mut n_begun = 0;
        let part = loop {
            match wire.send(&frame(n_begun, 50_000)) {
                Written::All => n_begun += 1,
                last => break last,
            }
        };
        // Behind a full socket, frames wait elsewhere, and a ping after what was begun.
        n_begun += u64::from(part == Written::Part);
        assert!(!wire.control(&PING));
        assert_eq!(wire.send(&frame(999, 1)), Written::Nothing);

        let mut client = client.into_std().unwrap();
        client.set_nonblocking(false).unwrap();
        let reader = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            client.read_to_end(&mut bytes).unwrap();
            bytes
        });
        while !wire.flush().unwrap() {
            wire.stream.writable().await.unwrap();
        }
        assert_eq!(wire.send(&frame(n_begun, 1)), Written::All);
        drop(wire);
        let bytes = reader.await.unwrap();
        let mut frames = FrameSocket::new(&bytes[..]);
        for position in 0..n_begun {
            expect(&mut frames, &frame(position, 50_000));
        }
        let ping = frames.read(None).unwrap().unwrap();
        assert_eq!(ping.header().opcode, OpCode::Control(Control::Ping));
        expect(&mut frames, &frame(n_begun, 1));
    }

    #[tokio::test]
    async fn a_silent_end_is_asked_once_and_then_given_up() {
        let begin = Instant::now();
        let (mut wire, mut client) = pair(begin).await;
        assert_eq!(wire.ask_for_life(begin), Life::Until(begin + PING_AFTER));
        assert_eq!(wire.ask_for_life(begin + PING_AFTER), Life::Until(begin + IDLE));
        assert_eq!(wire.ask_for_life(begin + PING_AFTER * 2), Life::Until(begin + IDLE));
        assert_eq!(wire.ask_for_life(begin + IDLE), Life::Gone);
        wire.heard(begin + IDLE);
        assert_eq!(wire.ask_for_life(begin + IDLE), Life::Until(begin + IDLE + PING_AFTER));
        drop(wire);
        let mut bytes = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut client, &mut bytes).await.unwrap();
        assert_eq!(bytes, PING, "once");
    }
}
