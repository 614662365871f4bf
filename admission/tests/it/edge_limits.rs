//! What one address and one bad ticket may take of an instance, and how an instance goes.

use crate::harness::{
    AdmissionTest, ORIGIN, PATIENCE, Socket, TestInstance, TestShopper, answer, next, until_close,
};
use reqwest::Client;
use serde_json::json;
use std::{num::NonZeroU32, time::Instant};
use testkit::wait_until;
use tokio_tungstenite::{connect_async, tungstenite::client::IntoClientRequest};

/// Sockets that one ticket may have.
const PER_TICKET: u32 = 3;
const TICKETS: u32 = 4;
/// Far longer than a look and a join take on a machine that is busy; shorter than a frame is waited
/// for.
const LAME_DUCK_MS: u64 = 8000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_count_for_their_address() {
    let test = AdmissionTest::open().await;
    let max = NonZeroU32::new(PER_TICKET * TICKETS).unwrap();
    let instance = test.instance_with(|settings| settings.edge.max_connections_per_ip = max).await;
    let mut tokens = Vec::new();
    for _ in 0..TICKETS {
        let joined = test.join(&instance, &TestShopper::new()).await;
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }
    let mut sockets = Vec::new();
    for token in &tokens {
        for _ in 0..PER_TICKET {
            // The connections of the joins may be there for a moment longer.
            let open = async || try_open(&test, &instance, token).await;
            sockets.push(wait_until("socket", PATIENCE, open).await);
        }
    }
    assert!(!is_served(&instance).await, "{} sockets are open", sockets.len());
    sockets.pop();
    wait_until("room for a request", PATIENCE, async || is_served(&instance).await.then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_tickets_take_no_socket_of_those_who_wait() {
    let test = AdmissionTest::open().await;
    let instance = test
        .instance_with(|settings| {
            settings.admission.max_sockets = NonZeroU32::MIN;
            settings.edge.max_unauthenticated_sockets = NonZeroU32::MIN;
        })
        .await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let mut waiting = test.stream(&instance, joined["token"].as_str().unwrap(), "").await;
    assert_eq!(next(&mut waiting).await.unwrap()["position"], 1);

    let wrong = [("sluice-ticket", "wrong".to_owned())];
    let mut first = test.try_stream(&instance, &wrong).await.unwrap();
    // Each keeps the only place for two seconds, since it does not answer the close.
    let (mut held, begun) = (Vec::new(), Instant::now());
    let status = loop {
        match test.try_stream(&instance, &wrong).await {
            Ok(socket) => held.push(socket),
            Err(status) => break status,
        }
        assert!(begun.elapsed() < PATIENCE, "{} sockets are held", held.len());
    };
    assert_eq!(status, 401);
    assert_eq!(until_close(&mut first).await, (4501, "ticket_invalid".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_on_another_host_name_hears_why_it_cannot_join() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let join = |host: &'static str| {
        let request = Client::new().post(instance.url(&test.path("tickets"))).json(&test.body());
        answer(request.header("origin", ORIGIN).header("host", host))
    };
    let (status, problem) = join("line.shop.example").await;
    assert_eq!((status, &problem["code"]), (401, &json!("session_on_other_host")));
    let (status, problem) = join("127.0.0.1").await;
    assert_eq!((status, &problem["code"]), (401, &json!("session_required")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_leaves_serves_on_before_it_stops() {
    let test = AdmissionTest::open().await;
    let instance = test.instance_with(|settings| settings.edge.lame_duck_ms = LAME_DUCK_MS).await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let mut socket = test.stream(&instance, joined["token"].as_str().unwrap(), "").await;
    next(&mut socket).await.unwrap();

    instance.shutdown.leave();
    let (status, checks) = instance.readiness().await;
    assert_eq!((status, &checks["staying"]), (503, &json!(false)));
    test.join(&instance, &TestShopper::new()).await;
    assert!(!instance.shutdown.soft().is_cancelled(), "it stopped at once");
    assert_eq!(until_close(&mut socket).await.0, 1012);
    tokio::time::timeout(PATIENCE, instance.task).await.unwrap().unwrap().unwrap();
}

async fn try_open(test: &AdmissionTest, instance: &TestInstance, token: &str) -> Option<Socket> {
    let url = format!("ws://{}{}", instance.address, test.path("stream"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("sluice-ticket", token.parse().unwrap());
    Some(connect_async(request).await.ok()?.0)
}

async fn is_served(instance: &TestInstance) -> bool {
    Client::new().get(instance.url("/healthz")).send().await.is_ok()
}
