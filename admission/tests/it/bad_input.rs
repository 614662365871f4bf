//! Whatever comes in: a clear problem with a stable code, never a 5xx.

use crate::harness::{AdmissionTest, ORIGIN, TestShopper, answer, claims, until_close};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::{
    credentials::TicketClaims,
    ids::{DropId, TicketId},
    line::{Epoch, Score},
};
use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};
use testkit::{keyring, room::TestRoom};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_body_has_its_code() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let v = test.room.variant_id;
    let other = DropId::generate();
    let cases: &[(String, u16, &str)] = &[
        (format!(r#"{{"variant_id":"{v}","units":0}}"#), 422, "invalid_units"),
        (format!(r#"{{"variant_id":"{v}","units":-1}}"#), 422, "invalid_units"),
        (format!(r#"{{"variant_id":"{v}","units":1.5}}"#), 422, "invalid_units"),
        (format!(r#"{{"variant_id":"{v}","units":3}}"#), 422, "over_limit"),
        (format!(r#"{{"variant_id":"{v}","units":2147483648}}"#), 422, "over_limit"),
        (format!(r#"{{"variant_id":"{v}","units":9223372036854775808}}"#), 422, "over_limit"),
        (format!(r#"{{"variant_id":"{v}","units":1e999}}"#), 400, "invalid_body"),
        (format!(r#"{{"variant_id":"{v}","units":"1"}}"#), 400, "invalid_body"),
        (format!(r#"{{"variant_id":"{v}","units":null}}"#), 422, "invalid_units"),
        (format!(r#"{{"variant_id":"{v}"}}"#), 422, "invalid_units"),
        (r#"{"units":1}"#.to_owned(), 400, "invalid_body"),
        (format!(r#"{{"variant_id":"{v}","units":1,"position":1}}"#), 400, "invalid_body"),
        (format!(r#"{{"variant_id":"{v}","units":1,"units":2}}"#), 400, "invalid_body"),
        (format!(r#"{{"variant_id":"{other}","units":1}}"#), 422, "unknown_variant"),
        (r#"{"variant_id":"me","units":1}"#.to_owned(), 400, "invalid_body"),
        ("[]".to_owned(), 400, "invalid_body"),
        (String::new(), 400, "invalid_body"),
        ("\"\\ud800\"".to_owned(), 400, "invalid_body"),
        ("[".repeat(10_000), 400, "invalid_body"),
        (format!(r#"{{"x":"{}"}}"#, "y".repeat(20_000)), 413, "body_too_large"),
    ];
    for (body, status, code) in cases {
        let request = instance
            .request(Method::POST, &test.path("tickets"), &TestShopper::new())
            .header("content-type", "application/json")
            .body(body.clone());
        let (got, problem) = answer(request).await;
        let shown: String = body.chars().take(80).collect();
        assert_eq!((got, problem["code"].as_str()), (*status, Some(*code)), "{shown}");
        assert!(problem["request_id"].is_string(), "{problem}");
    }
    assert_eq!(test.room.queue.counts(test.room.drop_id, TestRoom::EPOCH).await.unwrap().joined, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_requests_are_problems_too() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let shopper = TestShopper::new();
    let post = |path: &str| instance.request(Method::POST, path, &shopper);
    let tickets = test.path("tickets");
    let code = async |request| {
        let (status, problem): (u16, Value) = answer(request).await;
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    let form = post(&tickets).header("content-type", "text/plain").body("units=1");
    assert_eq!(code(form).await, (415, "unsupported_media_type".into()));
    let foreign = post(&tickets).json(&test.body()).header("origin", "http://evil.example");
    assert_eq!(code(foreign).await, (403, "origin_refused".into()));
    let ours = post(&tickets).json(&test.body()).header("origin", ORIGIN);
    assert_eq!(answer(ours).await.0, 201);
    let nobody = Client::new().post(instance.url(&tickets)).json(&test.body());
    assert_eq!(code(nobody).await, (401, "session_required".into()));
    let forged = Client::new().post(instance.url(&tickets)).bearer_auth("x").json(&test.body());
    assert_eq!(code(forged).await, (401, "session_invalid".into()));
    assert_eq!(code(post("/v1/nowhere")).await, (404, "not_found".into()));
    assert_eq!(
        code(post("/v1/drops/1/tickets").json(&test.body())).await,
        (404, "not_found".into())
    );
    let put = instance.request(Method::PUT, &tickets, &shopper);
    assert_eq!(code(put).await, (405, "method_not_allowed".into()));
    let plain = instance.request(Method::GET, &test.path("stream"), &shopper);
    assert_eq!(code(plain).await, (426, "upgrade_required".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_ticket_has_its_code() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let claims = claims(token);
    let expired = TicketClaims { expires_at_ms: 1, ..claims }.seal(&keyring());
    let foreign = TicketClaims { drop_id: DropId::generate(), ..claims }.seal(&keyring());
    let session = TestShopper::new().session;
    let mut cases = vec![
        (expired, 401, "ticket_expired"),
        (foreign, 403, "ticket_foreign"),
        (session, 401, "ticket_invalid"),
        (String::new(), 401, "ticket_invalid"),
        ("A".repeat(4000), 401, "ticket_invalid"),
    ];
    for at in (0..token.len()).step_by(7) {
        let mut bytes = token.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        cases.push((String::from_utf8(bytes).unwrap(), 401, "ticket_invalid"));
    }
    for (wrong, status, code) in cases {
        let (got, problem) = test.status(&instance, &wrong).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{wrong}");
        if !wrong.is_empty() && wrong.len() < 1000 {
            let mut socket = test.stream(&instance, &wrong, "").await;
            assert_eq!(until_close(&mut socket).await, (4501, code.to_owned()));
        }
    }
    assert_eq!(test.status(&instance, token).await.1["position"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_score_that_no_ticket_can_have_is_refused() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let mut claims = claims(joined["token"].as_str().unwrap());
    claims.ticket.ticket_id = TicketId::generate();
    claims.ticket.shopper_id = TestShopper::new().id;
    claims.ticket.score = Score::new(Epoch(9), 1);
    let (status, problem) = test.status(&instance, &claims.seal(&keyring())).await;
    assert_eq!((status, &problem["code"]), (401, &json!("ticket_invalid")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_headers_are_cut_off() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut slow = TcpStream::connect(instance.address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let begun = Instant::now();
    let drip = async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            if slow.write_all(b"a: b\r\n").await.is_err() {
                return;
            }
            let mut buffer = [0; 64];
            if let Ok(Ok(0)) =
                tokio::time::timeout(Duration::from_millis(1), slow.read(&mut buffer)).await
            {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), drip).await.expect("the connection is cut");
    assert!(begun.elapsed() >= Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_huge_head_is_refused() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut socket = TcpStream::connect(instance.address).await.unwrap();
    let head = format!("GET /healthz HTTP/1.1\r\nhost: x\r\nbig: {}\r\n\r\n", "x".repeat(64_000));
    let _ = socket.write_all(head.as_bytes()).await;
    let mut answer = vec![0; 64];
    let n = socket.read(&mut answer).await.unwrap_or(0);
    let answer = String::from_utf8_lossy(&answer[..n]);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert_eq!(Client::new().get(instance.url("/healthz")).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_shopper_cannot_flood_the_joins() {
    const RATE: u32 = 2;
    /// What two seconds earn passes at once.
    const BURST: usize = 4;
    const FLOOD: usize = 40;
    let test = AdmissionTest::open().await;
    let rate = NonZeroU32::new(RATE).unwrap();
    let instance = test.instance_with(|settings| settings.limits.joins_per_second = rate).await;
    let shopper = TestShopper::new();
    let begun = Instant::now();
    let flood = (0..FLOOD).map(async |_| {
        let request = instance.request(Method::POST, &test.path("tickets"), &shopper);
        request.json(&test.body()).send().await.unwrap()
    });
    let answers = futures_util::future::join_all(flood).await;
    // The limiter counted within this time: burst + rate · time bounds what it let through.
    let earned = f64::from(RATE) * begun.elapsed().as_secs_f64();

    let (limited, passed): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|response| response.status() == 429);
    let n_passed = passed.len();
    assert!(n_passed >= BURST, "{n_passed} passed");
    assert!(n_passed as f64 <= BURST as f64 + earned, "{n_passed} passed, {earned} earned");
    assert!(!limited.is_empty(), "{FLOOD} requests were no flood: {earned} earned");
    for response in &limited {
        // The next one passes half a second later; the header has whole seconds.
        assert_eq!(response.headers()["retry-after"], "1");
    }
    let n_created = passed.iter().filter(|response| response.status() == 201).count();
    let n_existing = passed.iter().filter(|response| response.status() == 200).count();
    assert_eq!((n_created, n_existing), (1, n_passed - 1), "one ticket, whatever was asked");
    assert_eq!(test.try_join(&instance, &TestShopper::new()).await.0, 201);
}
