//! Cards whose answers lie, or cannot be read.

use std::time::Duration;

use reqwest::{StatusCode, redirect::Policy};
use serde_json::{Value, json};

use crate::process::{Psp, authorization};

const PATIENCE: Duration = Duration::from_secs(10);
/// An honest answer is shorter, a flood is longer.
const LONG: usize = 1024 * 1024;

/// Asks for an authorization; returns the answer as it came.
async fn text_of_authorization(psp: &Psp, card: &str) -> (StatusCode, String) {
    let body = authorization("t1", card);
    let answer = psp.try_post("/v1/payments", "k1", &body, PATIENCE).await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_lie_is_told_in_every_answer_and_kept_out_of_the_books() {
    let mut psp = Psp::start().await;
    for (card, field, lie) in [
        ("pm_card_lie_amount", "amount_minor", json!(1989)),
        ("pm_card_lie_currency", "currency", json!("XTS")),
        ("pm_card_lie_reference", "reference", json!("pm_card_lie_reference-other")),
    ] {
        // Its reference is the card's name.
        let (status, payment) = psp.authorize(card, card).await;
        assert_eq!(status, StatusCode::OK);
        let (_, captured) = psp.act(&payment, "capture").await;
        assert_eq!(captured["captured_minor"], 1990);
        let found = psp.get(&format!("/v1/payments/{}", payment["id"].as_str().unwrap())).await;
        let mut answers = psp.by_reference(card).await;
        answers.extend([payment, captured, found]);
        assert_eq!(answers.len(), 4);
        for answer in answers {
            assert_eq!(answer[field], lie, "{answer}");
        }
    }
    let (_, before) = psp.authorize("pm_card_lie_amount", "pm_card_lie_amount").await;
    psp.kill();
    psp.restart().await;
    let (_, after) = psp.authorize("pm_card_lie_amount", "pm_card_lie_amount").await;
    assert_eq!(before, after);

    let entries = psp.ledger().await;
    assert_eq!(entries.len(), 6);
    for entry in entries {
        assert_eq!((&entry["amount_minor"], &entry["currency"]), (&json!(1990), &json!("EUR")));
        assert_eq!(entry["reference"], entry["payment_method"]);
    }
}

#[tokio::test]
async fn a_flood_answers_each_authorization_and_no_look_up() {
    let psp = Psp::start().await;
    for _ in 0..2 {
        let (status, text) = text_of_authorization(&psp, "pm_card_oversized").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.len() > LONG, "{}", text.len());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["status"], "authorized");
    }
    let look_up = reqwest::Client::new().get(psp.url("/v1/payments?reference=t1"));
    let text = look_up.bearer_auth("test-key").send().await.unwrap().text().await.unwrap();
    assert!(text.len() < LONG, "{}", text.len());
    assert_eq!(psp.ledger_kinds().await, ["authorized"]);
}

#[tokio::test]
async fn garbage_hides_a_payment_that_a_look_up_finds() {
    let psp = Psp::start().await;
    for _ in 0..2 {
        let (status, text) = text_of_authorization(&psp, "pm_card_garbage").await;
        assert_eq!(status, StatusCode::OK);
        assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
    }
    let payments = psp.by_reference("t1").await;
    assert_eq!((payments.len(), &payments[0]["status"]), (1, &json!("authorized")));
}

#[tokio::test]
async fn a_redirect_leads_those_who_follow_it_to_a_second_payment() {
    let psp = Psp::start().await;
    let careful = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let request = careful.post(psp.url("/v1/payments")).bearer_auth("test-key");
    let request = request.header("Idempotency-Key", "k1");
    let answer = request.json(&authorization("t1", "pm_card_redirect")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(psp.by_reference("t1").await.len(), 1);

    // The other client follows.
    let (status, payment) = psp.authorize("t2", "pm_card_redirect").await;
    assert_eq!((status, &payment["status"]), (StatusCode::OK, &json!("authorized")));
    assert_eq!(psp.by_reference("t2").await.len(), 2);
}
