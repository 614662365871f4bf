//! A place in line on another device: a code that is good once, and for nobody who guesses.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, Who},
};
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    credentials::TicketClaims,
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Intent, JoinedTicket, Lane, Score},
};
use std::collections::BTreeSet;
use testkit::keyring;

const SESSION: &str = "/v1/session";
const GIVE: &str = "/v1/tickets/handoff";
const TAKE: &str = "/v1/session/handoff";

/// A shopper in line.
struct InLine {
    who: Who,
    shopper_id: ShopperId,
    drop_id: DropId,
    ticket: String,
}

impl InLine {
    async fn at(shop: &Shop) -> Self {
        let session = shop.post(SESSION, &NOBODY, &json!({})).await.expect(201);
        let shopper_id = text(&session, "shopper_id").parse().unwrap();
        let drop_id = DropId::generate();
        let who = Who(Some(text(&session, "token")));
        Self { who, shopper_id, drop_id, ticket: ticket(shopper_id, drop_id) }
    }

    async fn give(&self, shop: &Shop) -> Answer {
        give(shop, &self.who, self.drop_id, &self.ticket).await
    }

    /// Makes a code, as the other device types it.
    async fn code(&self, shop: &Shop) -> String {
        text(&self.give(shop).await.expect(201), "code")
    }
}

fn ticket(shopper_id: ShopperId, drop_id: DropId) -> String {
    let ticket = JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id,
        lane: Lane(0),
        score: Score::new(Epoch(1), 7),
        intent: Intent { variant_id: VariantId::generate(), units: 1 },
        joined_at_ms: 1_700_000_000_000,
    };
    TicketClaims { drop_id, ticket, expires_at_ms: i64::MAX, key: None }.seal(&keyring())
}

async fn give(shop: &Shop, who: &Who, drop_id: DropId, ticket: &str) -> Answer {
    let request = shop.request(Method::POST, GIVE, who).header("sluice-ticket", ticket);
    Answer::read(request.json(&json!({ "drop_id": drop_id })).send().await.unwrap()).await
}

async fn take(shop: &Shop, code: &str) -> Answer {
    shop.post(TAKE, &NOBODY, &json!({ "code": code })).await
}

#[tokio::test]
async fn another_device_goes_on_as_the_same_shopper_with_the_same_ticket() {
    let shop = Shop::open().await;
    let in_line = InLine::at(&shop).await;
    let given = in_line.give(&shop).await.expect(201);
    let code = text(&given, "code");
    let digits = code.replace(' ', "");
    assert_eq!((code.len(), digits.len()), (9, 8), "{code}");
    assert_eq!(given["url"], format!("{}/handoff#{digits}", shop.url));

    let taken = take(&shop, &code).await.expect(201);
    assert_eq!(taken["session"]["shopper_id"], in_line.shopper_id.to_string());
    assert_eq!(taken["drop_id"], in_line.drop_id.to_string());
    assert_eq!(taken["ticket"], in_line.ticket);
    let other = Who(Some(text(&taken["session"], "token")));
    shop.get("/v1/orders", &other).await.expect(200);
    shop.get("/v1/orders", &in_line.who).await.expect(200);

    take(&shop, &code).await.expect_problem(403, "handoff_refused");
    let again = in_line.code(&shop).await;
    assert_ne!(again, code);
}

#[tokio::test]
async fn a_browser_gets_both_in_cookies_and_its_page_is_told_neither() {
    let shop = Shop::open().await;
    let in_line = InLine::at(&shop).await;
    let code = in_line.code(&shop).await;
    let request = shop.request(Method::POST, TAKE, &NOBODY).header("origin", &shop.url);
    let answer = request.json(&json!({ "code": code })).send().await.unwrap();
    let answer = Answer::read(answer).await;
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    let simple = in_line.drop_id.as_uuid().simple();
    let ticket = format!("__Host-sluice-ticket-{simple}={};", in_line.ticket);
    assert!(cookies.iter().any(|cookie| cookie.starts_with("__Host-sluice-session=")));
    assert!(cookies.iter().any(|cookie| cookie.starts_with(&ticket)), "{cookies:?}");
    assert!(cookies.iter().all(|cookie| cookie.contains("HttpOnly")), "{cookies:?}");
    let taken = answer.expect(201);
    assert_eq!((&taken["ticket"], &taken["session"]["token"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_code_of_an_old_time_or_an_ended_session_is_refused_like_one_that_is_none() {
    let shop = Shop::open().await;
    let (late, gone) = (InLine::at(&shop).await, InLine::at(&shop).await);
    let (late_code, gone_code) = (late.code(&shop).await, gone.code(&shop).await);
    sqlx::query(
        "update handoffs set expires_at = now() - interval '1 second' where shopper_id = $1",
    )
    .bind(late.shopper_id)
    .execute(&shop.app.pool)
    .await
    .unwrap();
    assert_eq!(shop.delete(SESSION, &gone.who).await.status, 204);
    for code in [late_code.as_str(), &gone_code, "four digits", "0000"] {
        take(&shop, code).await.expect_problem(403, "handoff_refused");
    }
}

#[tokio::test]
async fn nobody_hands_over_what_they_do_not_hold() {
    let shop = Shop::open().await;
    let (mine, other) = (InLine::at(&shop).await, InLine::at(&shop).await);
    let nothing = shop.post(GIVE, &mine.who, &json!({ "drop_id": mine.drop_id })).await;
    nothing.expect_problem(409, "ticket_required");
    for (drop_id, ticket) in [
        (other.drop_id, other.ticket.as_str()),
        (other.drop_id, &mine.ticket),
        (mine.drop_id, "a text"),
    ] {
        give(&shop, &mine.who, drop_id, ticket).await.expect_problem(409, "ticket_required");
    }
}

#[tokio::test]
async fn whoever_guesses_has_to_wait() {
    let shop = Shop::open().await;
    let in_line = InLine::at(&shop).await;
    in_line.code(&shop).await;
    let mut codes = BTreeSet::new();
    for guess in 0..20 {
        let answer = take(&shop, &format!("{guess:08}")).await;
        codes.insert((answer.status.as_u16(), answer.code().to_owned()));
    }
    let wanted = [(403, "handoff_refused"), (429, "rate_limited")];
    assert_eq!(codes, BTreeSet::from(wanted.map(|(status, code)| (status, code.to_owned()))));
}
