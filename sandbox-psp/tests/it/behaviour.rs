//! What each card does, and what callers may and may not ask.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::process::{Psp, authorization};

/// How long nothing must happen for it to count as never.
const SHORT: Duration = Duration::from_millis(300);
/// Shorter than a card hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asks, and hangs up once the payment with this reference has come to this status: there is no answer
/// then, nor soon.
async fn hang_up(
    psp: &Psp,
    path: &str,
    key: &str,
    body: &Value,
    (reference, status): (&str, &str),
) {
    let has_hung = async {
        psp.comes_to(reference, status).await;
        tokio::time::sleep(SHORT).await;
    };
    tokio::select! {
        answer = psp.try_post(path, key, body, PATIENCE) => panic!("answered: {answer:?}"),
        () = has_hung => {}
    }
}

#[tokio::test]
async fn an_approved_payment_is_captured_once_and_refunded_up_to_its_amount() {
    let psp = Psp::start().await;
    let (status, payment) = psp.authorize("t1", "pm_card_approve").await;
    assert_eq!((status, payment["status"].as_str()), (StatusCode::OK, Some("authorized")));

    let (_, captured) = psp.act(&payment, "capture").await;
    assert_eq!(captured["captured_minor"], 1990);
    let path = format!("/v1/payments/{}", payment["id"].as_str().unwrap());
    let (again, _) = psp.post(&format!("{path}/capture"), "other key", &json!({})).await;
    assert_eq!(again, StatusCode::CONFLICT);

    let refunds = format!("{path}/refunds");
    let (_, part) = psp.post(&refunds, "r1", &json!({"amount_minor": 990})).await;
    assert_eq!((part["status"].as_str(), &part["refunded_minor"]), (Some("captured"), &json!(990)));
    let (too_much, _) = psp.post(&refunds, "r2", &json!({"amount_minor": 1001})).await;
    assert_eq!(too_much, StatusCode::CONFLICT);
    let (_, rest) = psp.post(&refunds, "r3", &json!({"amount_minor": 1000})).await;
    assert_eq!(rest["status"], "refunded");
    assert_eq!(psp.ledger_kinds().await, ["authorized", "captured", "refunded", "refunded"]);
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer_and_another_body_none() {
    let psp = Psp::start().await;
    let first = psp.authorize("t1", "pm_card_approve").await;
    let again = psp.authorize("t1", "pm_card_approve").await;
    let (other, problem) = psp.authorize("t1", "pm_card_decline").await;

    assert_eq!(first, again);
    assert_eq!(other, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "idempotency_key_reused");
    assert_eq!(psp.by_reference("t1").await.len(), 1);
}

#[tokio::test]
async fn a_decline_is_an_answer() {
    let psp = Psp::start().await;
    let (status, payment) = psp.authorize("t1", "pm_card_decline").await;
    assert_eq!((status, payment["status"].as_str()), (StatusCode::OK, Some("declined")));
    let (capture, _) = psp.act(&payment, "capture").await;
    assert_eq!(capture, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_failure_before_the_effect_leaves_nothing_and_the_next_try_goes_through() {
    let psp = Psp::start().await;
    let (status, _) = psp.authorize("t1", "pm_card_500_before").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(psp.by_reference("t1").await.is_empty());
    let (status, _) = psp.authorize("t1", "pm_card_500_before").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_failure_after_the_effect_stays_the_answer_and_the_reference_tells_the_truth() {
    let psp = Psp::start().await;
    for _ in 0..2 {
        let (status, _) = psp.authorize("t1", "pm_card_500_after").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let payments = psp.by_reference("t1").await;
    assert_eq!((payments.len(), payments[0]["status"].as_str()), (1, Some("authorized")));
}

#[tokio::test]
async fn a_hanging_card_has_its_effect_without_an_answer() {
    let psp = Psp::start().await;
    let body = authorization("t1", "pm_card_hang");
    hang_up(&psp, "/v1/payments", "k1", &body, ("t1", "authorized")).await;
    let (status, _) = psp.post("/v1/payments", "k1", &body).await;
    assert_eq!(status, StatusCode::OK, "the same key is answered at once");

    let (_, payment) = psp.authorize("t2", "pm_card_capture_hang").await;
    let capture = format!("/v1/payments/{}/capture", payment["id"].as_str().unwrap());
    hang_up(&psp, &capture, "k2", &json!({}), ("t2", "captured")).await;
}

#[tokio::test]
async fn a_declined_capture_ends_the_payment() {
    let psp = Psp::start().await;
    let (_, payment) = psp.authorize("t1", "pm_card_capture_decline").await;
    let (status, declined) = psp.act(&payment, "capture").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(declined["decline_code"], "capture_declined");
    assert_eq!(declined["status"], "declined");
}

#[tokio::test]
async fn a_late_card_is_authorized_by_itself_unless_it_was_voided() {
    let psp = Psp::start().await;
    let (_, kept) = psp.authorize("kept", "pm_card_late").await;
    let (_, voided) = psp.authorize("voided", "pm_card_late").await;
    assert_eq!(kept["status"], "pending");
    psp.act(&voided, "void").await;
    psp.comes_to("kept", "authorized").await;
    // The other one would be due a moment later.
    tokio::time::sleep(SHORT).await;
    assert_eq!(psp.by_reference("voided").await[0]["status"], "voided");
}

#[tokio::test]
async fn bad_input_is_refused_with_a_stable_code() {
    let psp = Psp::start().await;
    let good = authorization("t1", "pm_card_approve");
    for (field, value) in [
        ("amount_minor", json!(0)),
        ("amount_minor", json!(-1)),
        ("amount_minor", json!(9_223_372_036_854_775_808_u64)),
        ("amount_minor", json!("1990")),
        ("currency", json!("eur")),
        ("payment_method", json!("pm_card_unheard_of")),
        ("reference", json!("")),
        ("reference", json!("x".repeat(65))),
        ("capture", json!(true)),
        ("surprise", json!(1)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (status, problem) = psp.post("/v1/payments", "k1", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{field}: {problem}");
        assert_eq!(problem["code"], "invalid_request");
    }
    assert!(psp.ledger_kinds().await.is_empty());
}

#[tokio::test]
async fn nothing_is_told_without_the_key() {
    let psp = Psp::start().await;
    let client = reqwest::Client::new();
    for key in ["", "wrong", "test-key-and-more"] {
        let request = client.get(psp.url("/v1/ledger")).bearer_auth(key);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}
