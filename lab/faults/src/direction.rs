//! One way of a connection: what was read waits until it may go on.
//!
//! Reading goes on while something waits, up to a bound, so that a late piece does not delay those
//! behind it once more, and so that it is known when a client hangs up.

use std::{
    io,
    sync::atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{ReadHalf, WriteHalf},
    sync::mpsc,
    time::Instant,
};

use crate::{
    Trouble,
    passage::Passage,
    state::{CountedClient, ProxyState},
    trouble::Heading,
};

/// Bytes of a piece, at most.
const PIECE: usize = 4_096;
/// Pieces that wait, at most: 1 MiB. Then no more is read.
const MAX_WAITING: usize = 256;

/// What was read at once.
struct Piece {
    came_at: Instant,
    bytes: Vec<u8>,
}

/// One way of a connection, and what it shares with the other one.
pub(crate) struct Direction<'a> {
    state: &'a ProxyState,
    heading: Heading,
    passage: Passage,
    /// Whether the next answer is to be lost.
    loses_reply: &'a AtomicBool,
    /// The end of what the server got last: a mark may be in two pieces.
    tail: Vec<u8>,
}

impl<'a> Direction<'a> {
    pub(crate) fn new(
        state: &'a ProxyState,
        heading: Heading,
        loses_reply: &'a AtomicBool,
    ) -> Self {
        let passage = Passage::new(state.trouble.subscribe(), heading);
        Self { state, heading, passage, loses_reply, tail: Vec::new() }
    }

    /// Hands on what comes, and the end of it.
    async fn hand_on(
        mut self,
        mut to: WriteHalf<'_>,
        mut pieces: mpsc::Receiver<Piece>,
    ) -> io::Result<()> {
        while let Some(Piece { came_at, bytes }) = pieces.recv().await {
            let trouble = self.passage.open_for(came_at, bytes.len()).await;
            self.look_at(&bytes, trouble)?;
            to.write_all(&bytes).await?;
        }
        self.passage.open_for(Instant::now(), 0).await;
        to.shutdown().await
    }

    /// Fails when the connection is to be broken off in place of this piece.
    fn look_at(&mut self, bytes: &[u8], trouble: Trouble) -> io::Result<()> {
        match self.heading {
            Heading::Server => {
                // Before the server gets it, since the answer may come at once.
                if let Trouble::LostReply { to } = trouble
                    && has_mark(&mut self.tail, bytes, to)
                {
                    self.loses_reply.store(true, Ordering::Relaxed);
                }
                Ok(())
            }
            Heading::Client if self.loses_reply.load(Ordering::Relaxed) => {
                self.state.n_lost_replies.fetch_add(1, Ordering::Relaxed);
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Heading::Client => Ok(()),
        }
    }
}

/// Carries one way of a connection until whoever sends ends it. `sender` is dropped by then.
pub(crate) async fn carry(
    direction: Direction<'_>,
    from: ReadHalf<'_>,
    to: WriteHalf<'_>,
    sender: Option<CountedClient<'_>>,
) -> io::Result<()> {
    let (pieces, waiting) = mpsc::channel(MAX_WAITING);
    let reading = async {
        read(from, pieces).await;
        drop(sender);
        Ok::<_, io::Error>(())
    };
    tokio::try_join!(reading, direction.hand_on(to, waiting)).map(drop)
}

/// Reads until there is no more. A connection that broke off has ended, too: the other side hears of
/// it as of everything else, when it may.
async fn read(mut from: ReadHalf<'_>, pieces: mpsc::Sender<Piece>) {
    let mut buffer = vec![0; PIECE];
    while let Ok(n_bytes @ 1..) = from.read(&mut buffer).await {
        let piece = Piece { came_at: Instant::now(), bytes: buffer[..n_bytes].to_vec() };
        if pieces.send(piece).await.is_err() {
            return;
        }
    }
}

/// Whether these bytes have the mark in them, or the end of it; `tail` is what came before.
fn has_mark(tail: &mut Vec<u8>, bytes: &[u8], mark: &[u8]) -> bool {
    if mark.is_empty() {
        return true;
    }
    tail.extend_from_slice(bytes);
    let is_found = tail.windows(mark.len()).any(|window| window == mark);
    let n_kept = tail.len().min(mark.len() - 1);
    tail.drain(..tail.len() - n_kept);
    is_found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_once_also_where_it_is_in_two_pieces() {
        let mut tail = Vec::new();
        let mut is_in = |bytes: &[u8]| has_mark(&mut tail, bytes, b"COMMIT");
        assert!(!is_in(b"select 1; COM"));
        assert!(is_in(b"MIT"));
        assert!(!is_in(b" and begin"));
        assert!(is_in(b"Q\0\0\0\x0bCOMMIT\0"));
        assert!(has_mark(&mut Vec::new(), b"anything", b""));
    }
}
