//! What a connection may do, and whose page may open one.

use crate::harness::{AdmissionTest, ORIGIN, PATIENCE, TestShopper, next, say, until_close};
use futures_util::StreamExt;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_sockets_of_a_ticket_win() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut first = test.stream(&instance, token, "").await;
    let mut rest = Vec::new();
    for _ in 0..3 {
        rest.push(test.stream(&instance, token, "").await);
    }
    assert_eq!(until_close(&mut first).await, (4002, "replaced".into()));
    for socket in &mut rest {
        assert_eq!(next(socket).await.unwrap()["position"], 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_frames_and_floods_are_closed() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    say(&mut socket, Message::text("x".repeat(5000))).await;
    assert_eq!(until_close(&mut socket).await.0, 4503);
    let mut socket = test.stream(&instance, token, "").await;
    for _ in 0..20 {
        say(&mut socket, Message::text("{\"position\":1}")).await;
    }
    assert_eq!(until_close(&mut socket).await.0, 4503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_and_a_close_are_answered() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let mut socket = test.stream(&instance, joined["token"].as_str().unwrap(), "").await;
    say(&mut socket, Message::Ping("here".into())).await;
    let pong = async {
        loop {
            if let Message::Pong(text) = socket.next().await.unwrap().unwrap() {
                return text;
            }
        }
    };
    assert_eq!(timeout(PATIENCE, pong).await.unwrap(), "here");
    say(&mut socket, Message::Close(None)).await;
    assert_eq!(until_close(&mut socket).await, (1006, String::new()), "closed without a fault");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_our_pages_may_open_a_stream() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap().to_owned();
    let header = ("sluice-ticket", token.clone());
    let drop_id = test.room.drop_id.to_string().replace('-', "");
    let cookie = ("cookie", format!("__Host-sluice-ticket-{drop_id}={token}"));
    let origin = |text: &str| ("origin", text.to_owned());

    assert!(test.try_stream(&instance, std::slice::from_ref(&header)).await.is_ok());
    assert!(test.try_stream(&instance, &[cookie.clone(), origin(ORIGIN)]).await.is_ok());
    let refused = test.try_stream(&instance, std::slice::from_ref(&cookie)).await;
    assert_eq!(refused.err(), Some(403), "a cookie without an origin");
    for foreign in
        ["null", "http://127.0.0.1:80800", "https://127.0.0.1:8080", "http://evil.example"]
    {
        for ticket in [&header, &cookie] {
            let refused = test.try_stream(&instance, &[ticket.clone(), origin(foreign)]).await;
            assert_eq!(refused.err(), Some(403), "{foreign}");
        }
    }
    let none = test.try_stream(&instance, &[origin(ORIGIN)]).await;
    assert_eq!(until_close(&mut none.unwrap()).await, (4501, "ticket_invalid".into()));
}
