//! A crowd that says nothing, or next to nothing: others are served meanwhile, and it is cut off.

use crate::harness::{TestServer, ask};
use edge::{ServeOptions, descriptors};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout, timeout_at},
};

/// Of each sort.
const N_SILENT: usize = 500;
const N_SLOW: usize = 500;
/// How long a head may take. Long enough for the crowd to be there at one time, and for the others to be
/// served meanwhile, on a busy machine as well.
const HEADER_TIMEOUT: Duration = Duration::from_secs(8);
/// What the busy machine of a test may add.
const SLACK: Duration = Duration::from_secs(30);
/// How soon somebody else is served, most times. Who has to wait for the crowd waits until it is gone.
const SERVED_WITHIN: Duration = Duration::from_secs(1);
const N_SERVED: usize = 10;
/// Both ends of a connection are ours; and what else is open.
const N_FILES: usize = 2 * (N_SILENT + N_SLOW) + 200;

/// Begins a head and adds to it a byte at a time, until the connection is cut off.
async fn drip(stream: &mut TcpStream) {
    let mut bytes: &[u8] = b"GET /whoami HTTP/1.1\r\nhost: x\r\nx-slow: ";
    while stream.write_all(bytes).await.is_ok() {
        bytes = b"a";
        sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until the other end cuts the connection off.
async fn is_cut(stream: &mut TcpStream) {
    let mut rest = [0; 512];
    while let Ok(1..) = stream.read(&mut rest).await {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_who_say_nothing_or_little_keep_nobody_waiting_and_are_cut_off() {
    descriptors::raise_limit(N_FILES);
    let options = ServeOptions { header_timeout: HEADER_TIMEOUT, ..ServeOptions::default() };
    let server = TestServer::start(options).await;
    let begun = Instant::now();
    let mut silent = join_all((0..N_SILENT).map(|_| server.connect())).await;
    let mut slow = join_all((0..N_SLOW).map(|_| server.connect())).await;
    let connected = Instant::now();

    let served = async {
        let mut times = [Duration::ZERO; N_SERVED];
        for took in &mut times {
            let asked = Instant::now();
            let answer = ask(server.connect().await, "/whoami", "").await;
            assert_eq!(answer.unwrap().status, 200);
            *took = asked.elapsed();
            assert!(begun.elapsed() < HEADER_TIMEOUT, "the crowd is gone already");
            sleep(Duration::from_millis(50)).await;
        }
        times.sort_unstable();
        times[N_SERVED / 2]
    };
    let deadline = connected + HEADER_TIMEOUT + SLACK;
    let silent_are_cut = timeout_at(deadline, join_all(silent.iter_mut().map(is_cut)));
    let slow_are_cut = timeout_at(deadline, join_all(slow.iter_mut().map(drip)));
    let (usual, silent_are_cut, slow_are_cut) = tokio::join!(served, silent_are_cut, slow_are_cut);
    assert!(usual < SERVED_WITHIN, "{usual:?}");
    assert!(silent_are_cut.is_ok(), "who says nothing is still connected");
    assert!(slow_are_cut.is_ok(), "who is too slow is still connected");
}

#[tokio::test]
async fn a_crowd_that_comes_before_anybody_is_accepted_is_connected_all_the_same() {
    descriptors::raise_limit(N_FILES);
    let listener = edge::listen(([127, 0, 0, 1], 0).into()).unwrap();
    let address = listener.local_addr().unwrap();
    let crowd = join_all((0..N_SILENT + N_SLOW).map(|_| TcpStream::connect(address)));
    // Who finds the queue full tries again for minutes.
    let connected = timeout(SLACK, crowd).await.expect("a place in the queue for everybody");
    assert!(connected.iter().all(Result::is_ok));
}
