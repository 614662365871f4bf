//! Signed callbacks, doubled and out of order where the card says so.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;

use crate::process::{N_LOOKS, Psp};

#[derive(Default)]
struct Inbox {
    refuse: usize,
    events: Vec<Value>,
}

async fn receive(
    State(inbox): State<Arc<Mutex<Inbox>>>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let mut inbox = inbox.lock().unwrap();
    if inbox.refuse > 0 {
        inbox.refuse -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let header = headers["sluice-psp-signature"].to_str().unwrap();
    let (time, tag) = header.split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"test-secret");
    let signed = format!("{time}.{body}");
    hmac::verify(&key, signed.as_bytes(), &hex::decode(tag).unwrap()).unwrap();
    inbox.events.push(serde_json::from_str(&body).unwrap());
    StatusCode::OK
}

async fn start(refuse: usize) -> (Psp, Arc<Mutex<Inbox>>) {
    let inbox = Arc::new(Mutex::new(Inbox { refuse, events: Vec::new() }));
    let router = Router::new().route("/callbacks", post(receive)).with_state(Arc::clone(&inbox));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callbacks", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Psp::start_with(Some(url)).await, inbox)
}

async fn wait_for(inbox: &Mutex<Inbox>, n_events: usize) -> Vec<Value> {
    for _ in 0..N_LOOKS {
        if inbox.lock().unwrap().events.len() >= n_events {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    inbox.lock().unwrap().events.clone()
}

#[tokio::test]
async fn a_callback_is_signed_and_retried() {
    let (psp, inbox) = start(2).await;
    let (_, payment) = psp.authorize("t1", "pm_card_approve").await;
    let events = wait_for(&inbox, 1).await;
    assert_eq!(events[0]["type"], "payment.authorized");
    assert_eq!(events[0]["payment_id"], payment["id"]);
    assert_eq!(events[0]["reference"], "t1");
}

#[tokio::test]
async fn duplicates_carry_the_same_event_id() {
    let (psp, inbox) = start(0).await;
    psp.authorize("t1", "pm_card_duplicate_callbacks").await;
    let events = wait_for(&inbox, 2).await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["event_id"], events[1]["event_id"]);
}

#[tokio::test]
async fn an_authorization_can_arrive_after_its_capture() {
    let (psp, inbox) = start(0).await;
    let mut types = Vec::new();
    // It is held back for a moment, in which a busy machine may not come to the capture each time.
    for n in 1..=3 {
        let (_, payment) = psp.authorize(&format!("t{n}"), "pm_card_out_of_order_callbacks").await;
        psp.act(&payment, "capture").await;
        let events = wait_for(&inbox, 2 * n).await;
        let last = events[2 * n - 2..].iter();
        types = last.map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        if types[0] == "payment.captured" {
            break;
        }
    }
    assert_eq!(types, ["payment.captured", "payment.authorized"]);
}
