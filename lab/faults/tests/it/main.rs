//! Each trouble between a client and a server that answers with what it was sent.

#![expect(clippy::unwrap_used, reason = "a test has no better answer")]

use faults::{FaultProxy, Trouble, Ways};
use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

/// How long nothing must come for it to count as silence.
const SILENCE: Duration = Duration::from_millis(300);
/// How long something may take that must come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rounds of which one has to be in time: the machine may be busy, not each time.
const N_ROUNDS: usize = 5;

/// A server that answers with what it was sent, and counts the bytes.
struct Echo {
    proxy: FaultProxy,
    n_received: Arc<AtomicUsize>,
}

impl Echo {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let server = listener.local_addr().unwrap();
        let n_received = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&n_received);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(echo(client, Arc::clone(&counter)));
            }
        });
        Self { proxy: FaultProxy::start(server).await.unwrap(), n_received }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.proxy.address()).await.unwrap()
    }

    async fn until_received(&self, n_bytes: usize) {
        let receiving = async {
            while self.n_received.load(Ordering::Relaxed) < n_bytes {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, receiving).await.expect("the server gets what was sent");
    }
}

async fn echo(mut client: TcpStream, n_received: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 1_024];
    while let Ok(n @ 1..) = client.read(&mut buffer).await {
        n_received.fetch_add(n, Ordering::Relaxed);
        if client.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}

/// Reads as many bytes as were sent; returns how long that took.
async fn read_all(stream: &mut TcpStream, sent: &[u8]) -> Duration {
    let began = Instant::now();
    let mut received = vec![0; sent.len()];
    timeout(PATIENCE, stream.read_exact(&mut received)).await.expect("an answer").unwrap();
    assert_eq!(received, sent);
    began.elapsed()
}

async fn is_silent(stream: &mut TcpStream) -> bool {
    timeout(SILENCE, stream.read_u8()).await.is_err()
}

/// Whether the connection is broken off, not ended.
async fn is_broken(stream: &mut TcpStream) -> bool {
    timeout(PATIENCE, stream.read_u8()).await.expect("a sign").is_err_and(|error| {
        matches!(error.kind(), std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe)
    })
}

#[tokio::test]
async fn without_trouble_all_goes_on_and_so_does_the_end() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    let sent: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    let (mut from, mut to) = stream.split();
    let mut received = Vec::new();
    let (written, read) = tokio::join!(
        async {
            to.write_all(&sent).await?;
            to.shutdown().await
        },
        timeout(PATIENCE, from.read_to_end(&mut received)),
    );
    written.unwrap();
    read.expect("the end of the answer").unwrap();
    assert!(received == sent, "{} of {} bytes came back", received.len(), sent.len());
}

#[tokio::test]
async fn what_is_late_is_late_once_however_much_there_is() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    let late = Duration::from_millis(150);
    echo.proxy.make(Trouble::Late { by: late, jitter: Duration::from_millis(20) });
    let sent = vec![7; 64 * 1_024];
    let (mut from, mut to) = stream.split();
    let mut fastest = Duration::MAX;
    for _ in 0..N_ROUNDS {
        let began = Instant::now();
        let mut received = vec![0; sent.len()];
        let (written, read) = tokio::join!(to.write_all(&sent), from.read_exact(&mut received));
        written.unwrap();
        read.unwrap();
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest >= 2 * late, "both ways are late: {fastest:?}");
    // One piece after the other, each late by itself, would take several seconds.
    assert!(fastest < 8 * late, "pieces must not wait for each other: {fastest:?}");
}

#[tokio::test]
async fn a_narrow_way_lets_so_much_through_and_no_more() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    echo.proxy.make(Trouble::Narrow { bytes_per_second: NonZeroU32::new(2_000).unwrap() });
    let sent = [1; 1_000];
    stream.write_all(&sent).await.unwrap();
    let took = read_all(&mut stream, &sent).await;
    assert!(took >= Duration::from_millis(950), "half a second each way: {took:?}");
}

#[tokio::test]
async fn what_waited_in_silence_goes_on_when_it_is_over() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    echo.proxy.make(Trouble::Silence(Ways::Both));
    stream.write_all(b"hello").await.unwrap();
    let mut newcomer = echo.connect().await;
    newcomer.write_all(b"too").await.unwrap();
    assert!(is_silent(&mut stream).await && is_silent(&mut newcomer).await);
    assert_eq!(echo.n_received.load(Ordering::Relaxed), 0);

    echo.proxy.heal();
    read_all(&mut stream, b"hello").await;
    read_all(&mut newcomer, b"too").await;
}

#[tokio::test]
async fn one_way_can_be_silent_alone() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    echo.proxy.make(Trouble::Silence(Ways::Replies));
    stream.write_all(b"done").await.unwrap();
    echo.until_received(4).await;
    assert!(is_silent(&mut stream).await);

    echo.proxy.heal();
    read_all(&mut stream, b"done").await;
}

#[tokio::test]
async fn a_client_that_hangs_up_in_silence_counts_no_more() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    stream.write_all(b"x").await.unwrap();
    read_all(&mut stream, b"x").await;
    assert_eq!(echo.proxy.n_clients(), 1);
    echo.proxy.make(Trouble::Silence(Ways::Both));
    drop(stream);
    let hanging_up = async {
        while echo.proxy.n_clients() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, hanging_up).await.expect("it is known that the client hung up");
}

#[tokio::test]
async fn connections_are_broken_off_also_new_ones() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    stream.write_all(b"x").await.unwrap();
    read_all(&mut stream, b"x").await;
    echo.proxy.make(Trouble::Reset);
    assert!(is_broken(&mut stream).await);
    assert!(is_broken(&mut echo.connect().await).await);

    echo.proxy.heal();
    let mut newcomer = echo.connect().await;
    newcomer.write_all(b"again").await.unwrap();
    read_all(&mut newcomer, b"again").await;
}

#[tokio::test]
async fn only_the_answer_to_what_is_meant_is_lost_and_the_server_has_done_it() {
    let echo = Echo::start().await;
    let mut stream = echo.connect().await;
    echo.proxy.make(Trouble::LostReply { to: b"COMMIT" });
    stream.write_all(b"BEGIN").await.unwrap();
    read_all(&mut stream, b"BEGIN").await;
    stream.write_all(b"COMMIT").await.unwrap();
    assert!(is_broken(&mut stream).await);
    echo.until_received(11).await;
    assert_eq!(echo.proxy.n_lost_replies(), 1);
}

#[tokio::test]
async fn it_leads_nowhere_but_to_this_machine() {
    let elsewhere: SocketAddr = "192.0.2.1:80".parse().unwrap();
    assert!(FaultProxy::start(elsewhere).await.is_err());
}
