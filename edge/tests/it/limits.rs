//! What one client may take of a listener.

use crate::harness::{SOON, TestServer, ask, until_status};
use edge::{ServeOptions, TrustedProxies};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const ONE: [u8; 4] = [127, 0, 0, 1];
const OTHER: [u8; 4] = [127, 0, 0, 2];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_takes_no_more_connections_than_its_part() {
    let options = ServeOptions { max_connections_per_ip: 2, ..ServeOptions::default() };
    let server = TestServer::start(options).await;
    let first = ask(server.connect().await, "/whoami", "").await.unwrap();
    let second = ask(server.connect().await, "/whoami", "").await.unwrap();
    assert!(ask(server.connect().await, "/whoami", "").await.is_none(), "a third was served");

    let other = ask(server.connect_from(OTHER).await, "/whoami", "").await.unwrap();
    assert_eq!(other.body, "127.0.0.2");
    drop(first);
    until_status(&server, ONE, "", 200).await;
    drop(second);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_of_an_answer_is_cut_off() {
    let write_timeout = Duration::from_millis(300);
    let options = ServeOptions { write_timeout, ..ServeOptions::default() };
    let server = TestServer::start(options).await;
    let stuck = ask(server.connect().await, "/endless", "").await.unwrap();
    assert_eq!(stuck.status, 200);
    let deadline = Instant::now() + SOON;
    while server.n_endless() > 0 {
        assert!(Instant::now() < deadline, "it is still written to");
        sleep(Duration::from_millis(20)).await;
    }
    drop(stuck);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_proxy_has_under_way_counts_for_its_clients() {
    let options = ServeOptions {
        max_connections_per_ip: 2,
        proxies: TrustedProxies::new(["127.0.0.1/32".parse().unwrap()], false),
        ..ServeOptions::default()
    };
    let server = TestServer::start(options).await;
    let (crowded, calm) = ("x-forwarded-for: 192.0.2.1\r\n", "x-forwarded-for: 192.0.2.2\r\n");
    let first = ask(server.connect().await, "/endless", crowded).await.unwrap();
    let second = ask(server.connect().await, "/endless", crowded).await.unwrap();
    assert_eq!((first.status, second.status), (200, 200));

    let refused = ask(server.connect().await, "/whoami", crowded).await.unwrap();
    assert_eq!(refused.status, 429, "{}", refused.head);
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    assert!(refused.body.contains("rate_limited"), "{}", refused.body);

    let served = ask(server.connect().await, "/whoami", calm).await.unwrap();
    assert_eq!((served.status, served.body.as_str()), (200, "192.0.2.2"));
    drop(first);
    until_status(&server, ONE, crowded, 200).await;
    drop(second);
}
