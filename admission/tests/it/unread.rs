//! Who opens a stream of server-sent events and reads nothing of it does not keep its place.

use crate::harness::{AdmissionTest, TestInstance, TestShopper};
use std::{num::NonZeroU32, time::Duration};
use testkit::{room::TestRoom, wait_until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::sleep,
};

/// As few bytes as a client can take.
const RECEIVED: u32 = 4096;
/// Frames, and the bytes of each: more in all than the systems on both sides keep.
const N_FRAMES: usize = 40;
const FRAME_BYTES: usize = 1_000_000;
const FRAME_EVERY: Duration = Duration::from_millis(300);
/// Ten seconds without a byte are too many.
const FREE_WITHIN: Duration = Duration::from_secs(40);

/// Opens a stream and reads its status alone.
async fn open_events(test: &AdmissionTest, instance: &TestInstance, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVED).unwrap();
    let mut stream = socket.connect(instance.address).await.unwrap();
    let (path, host) = (test.path("events"), instance.address);
    let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nsluice-ticket: {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_nobody_reads_gives_its_place_to_another() {
    let mut test = AdmissionTest::open().await;
    let instance =
        test.instance_with(|settings| settings.admission.max_sockets = NonZeroU32::MIN).await;
    let first = test.join(&instance, &TestShopper::new()).await;
    let other = test.join(&instance, &TestShopper::new()).await;
    let protocols = format!("sluice.v1, sluice.ticket.{}", other["token"].as_str().unwrap());
    let headers = [("sec-websocket-protocol", protocols)];
    let unread = open_events(&test, &instance, first["token"].as_str().unwrap()).await;
    assert!(test.try_stream(&instance, &headers).await.is_err(), "there is one place");

    for n in 0..N_FRAMES {
        let filler = if n % 2 == 0 { "a" } else { "b" };
        test.room.config.message = Some(filler.repeat(FRAME_BYTES));
        test.room.config.version += 1;
        let room = &test.room;
        room.queue.configure(room.drop_id, TestRoom::EPOCH, &room.config).await.unwrap();
        sleep(FRAME_EVERY).await;
    }

    wait_until("free place", FREE_WITHIN, async || {
        sleep(Duration::from_secs(1)).await;
        test.try_stream(&instance, &headers).await.ok()
    })
    .await;
    drop(unread);
}
