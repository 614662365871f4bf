//! Who is asking, through proxies and past them.

use crate::harness::{TestServer, ask};
use edge::{ServeOptions, TrustedProxies};
use tokio::io::AsyncWriteExt;

/// The PROXY header of a connection from 198.51.100.7.
const HEADER: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc6\x33\x64\x07\x0a\0\0\x01\x30\x39\x01\xbb";
const SPOOFED: &str = "x-forwarded-for: 1.2.3.4\r\n";

fn behind(network: &str, send_header: bool) -> ServeOptions {
    let proxies = TrustedProxies::new([network.parse().unwrap()], send_header);
    ServeOptions { proxies, ..ServeOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_in_a_header_counts_only_if_a_trusted_proxy_sent_it() {
    for (options, expected) in [
        (ServeOptions::default(), "127.0.0.1"),
        (behind("10.0.0.0/8", false), "127.0.0.1"),
        (behind("127.0.0.0/8", false), "1.2.3.4"),
    ] {
        let server = TestServer::start(options).await;
        let answer = ask(server.connect().await, "/whoami", SPOOFED).await.unwrap();
        assert_eq!(answer.body, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_header_names_the_client_of_a_connection() {
    let server = TestServer::start(behind("127.0.0.1/32", true)).await;
    let mut proxied = server.connect().await;
    proxied.write_all(HEADER).await.unwrap();
    let answer = ask(proxied, "/whoami", SPOOFED).await.unwrap();
    assert_eq!(answer.body, "198.51.100.7", "the client is none of our proxies");

    assert!(ask(server.connect().await, "/whoami", "").await.is_none(), "there was no header");

    let mut forger = server.connect_from([127, 0, 0, 2]).await;
    forger.write_all(HEADER).await.unwrap();
    let refused = ask(forger, "/whoami", "").await;
    assert!(refused.is_none_or(|answer| answer.status == 400), "anybody may name themselves");
    let direct = ask(server.connect_from([127, 0, 0, 2]).await, "/whoami", SPOOFED).await.unwrap();
    assert_eq!(direct.body, "127.0.0.2");
}
