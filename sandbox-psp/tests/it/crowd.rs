//! More connections at once than a short queue holds.

use std::{process::Command, time::Duration};

use futures_util::future::join_all;
use tokio::{net::TcpStream, time::timeout};

use crate::process::Psp;

/// Far more than the standard library's queue holds, far fewer than ours.
const N_CONNECTIONS: usize = 1000;
/// Open files beside those of the connections.
const N_FILES: usize = 200;
/// On a busy machine as well. Who finds the queue full tries again for minutes.
const AT_MOST: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_crowd_that_comes_while_the_provider_stands_still_is_connected_all_the_same() {
    edge::descriptors::raise_limit(N_CONNECTIONS + N_FILES);
    let psp = Psp::start().await;
    signal(&psp, "-STOP");
    let address = ("127.0.0.1", psp.port);
    let crowd = join_all((0..N_CONNECTIONS).map(|_| TcpStream::connect(address)));
    let connected = timeout(AT_MOST, crowd).await.expect("a place in the queue for everybody");
    assert!(connected.iter().all(Result::is_ok));
    drop(connected);
    signal(&psp, "-CONT");
    psp.authorize("t1", "pm_card_approve").await;
}

fn signal(psp: &Psp, name: &str) {
    let sent = Command::new("kill").args([name, &psp.pid()]).status().unwrap();
    assert!(sent.success());
}
