//! A process that is about to stop.

use crate::harness::{TestServer, ask};
use edge::ServeOptions;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_serves_on_and_keeps_no_connection() {
    let server = TestServer::start(ServeOptions::default()).await;
    let before = ask(server.connect().await, "/whoami", "").await.unwrap();
    assert!(!before.head.contains("connection: close"), "{}", before.head);

    server.shutdown.leave();
    let kept = ask(before.stream, "/whoami", "").await.unwrap();
    assert_eq!(kept.status, 200);
    assert!(kept.head.contains("connection: close"), "{}", kept.head);
    let new = ask(server.connect().await, "/whoami", "").await.unwrap();
    assert_eq!(new.status, 200);
}
