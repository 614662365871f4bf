//! Bad input, other people's rooms, and lines that are not there.

use super::event::{self, Event, expect_error};
use crate::shop::{NOBODY, Shop};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::DropId;

/// All routes, and whether they are for a site's own server.
const ROUTES: [(&str, &str, bool); 13] = [
    ("POST", "assign_queue_num", false),
    ("POST", "generate_token", false),
    ("GET", "public_key", false),
    ("GET", "queue_num", false),
    ("GET", "queue_pos_expiry", false),
    ("GET", "serving_num", false),
    ("GET", "waiting_num", false),
    ("POST", "api/generate_token", true),
    ("POST", "api/update_session", true),
    ("POST", "api/increment_serving_counter", true),
    ("POST", "api/reset_initial_state", true),
    ("GET", "api/expired_tokens", true),
    ("GET", "api/num_active_tokens", true),
];

#[tokio::test]
async fn an_event_that_is_none_is_refused_everywhere() {
    let shop = event::shop().await;
    let seller = shop.seller().await;
    let sells_units = shop.drop_of(&seller).await;
    let unknown = DropId::generate().to_string();
    let simple = unknown.replace('-', "");
    for (method, path, is_private) in ROUTES {
        let path = format!("/aws/{path}");
        let who = if is_private { &seller.who } else { &NOBODY };
        for event_id in [unknown.as_str(), &sells_units, &simple, "", "7", "'"] {
            let answer = if method == "GET" {
                shop.get(&format!("{path}?event_id={event_id}"), who).await
            } else {
                shop.post(&path, who, &json!({ "event_id": event_id })).await
            };
            expect_error(&answer, 400);
        }
        if method == "GET" {
            expect_error(&shop.get(&path, who).await, 400);
            continue;
        }
        for body in [json!({}), json!([]), json!({ "event_id": null }), json!({ "event_id": 7 })] {
            expect_error(&shop.post(&path, who, &body).await, 400);
        }
    }
}

#[tokio::test]
async fn a_request_that_is_none_is_refused() {
    let event = Event::open().await;
    for request in ["", "7", "0190d5a07b3c7def8123456789abcdef"] {
        expect_error(&event.get("queue_num", request).await, 400);
        expect_error(&event.get("queue_pos_expiry", request).await, 400);
        expect_error(&event.generate_token(request).await, 400);
        let body = json!({ "request_id": request, "status": 1 });
        expect_error(&event.tell("generate_token", body.clone()).await, 400);
        expect_error(&event.tell("update_session", body).await, 400);
    }
}

#[tokio::test]
async fn what_is_for_a_sites_own_server_needs_the_key_of_its_seller() {
    let event = Event::open().await;
    let shop = &event.shop;
    let (other, shopper) = (shop.seller().await, shop.shopper().await);
    let operator = shop.operator().await;
    for (method, path, _) in ROUTES.into_iter().filter(|(.., is_private)| *is_private) {
        for (who, status) in [(&NOBODY, 401), (&shopper, 403), (&operator, 403), (&other.who, 400)]
        {
            let path = format!("/aws/{path}?event_id={}", event.id);
            let body = json!({ "event_id": event.id, "increment_by": 5 });
            let answer = match method {
                "GET" => shop.get(&path, who).await,
                _ => shop.post(&path, who, &body).await,
            };
            expect_error(&answer, status);
            assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{path}");
        }
    }
    let counter: i64 = shop.database.scalar("select serving_counter from aws_rooms").await;
    assert_eq!(counter, 0);
}

#[tokio::test]
async fn without_a_key_for_its_tokens_there_is_no_such_api() {
    let shop = Shop::open().await;
    for (method, path, _) in ROUTES {
        let method: Method = method.parse().unwrap();
        let request = shop.request(method, &format!("/aws/{path}"), &NOBODY);
        assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
    }
    shop.get("/openapi-aws.json", &NOBODY).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn where_there_is_a_key_every_route_is_described() {
    let shop = event::shop().await;
    let document = shop.get("/openapi-aws.json", &NOBODY).await.expect(200);
    for (method, path, _) in ROUTES {
        let operation = &document["paths"][format!("/aws/{path}")][method.to_lowercase()];
        assert!(operation["operationId"].is_string(), "{method} {path}");
    }
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), ROUTES.len());
}

#[tokio::test]
async fn a_line_that_is_lost_is_not_taken_for_an_empty_one() {
    let event = Event::without_line().await;
    // Postgres says that the line is open, Redis has lost it.
    event.sql("update drops set state = 'open', epoch = 1, epoch_state = 'open'").await;
    let request = DropId::generate().to_string();
    for answer in [
        event.post("assign_queue_num", json!({})).await,
        event.get("queue_num", &request).await,
        event.get("queue_pos_expiry", &request).await,
        event.get("waiting_num", "").await,
        event.generate_token(&request).await,
        event.tell("reset_initial_state", json!({})).await,
    ] {
        expect_error(&answer, 503);
        assert_eq!(answer.headers["retry-after"], "1");
    }
    let body = json!({ "increment_by": 2 });
    let counted = event.tell("increment_serving_counter", body).await.expect(200);
    assert_eq!(counted["serving_num"], 2, "it counts without a line");
}

#[tokio::test]
async fn before_an_event_nobody_waits_and_after_it_nobody_may_join() {
    let event = Event::without_line().await;
    expect_error(&event.post("assign_queue_num", json!({})).await, 503);
    assert_eq!(event.get("waiting_num", "").await.expect(200), json!({ "waiting_num": 0 }));
    assert_eq!(event.get("serving_num", "").await.expect(200)["serving_counter"], "0");

    let over = Event::without_line().await;
    over.sql("update drops set state = 'closed', epoch_state = 'none'").await;
    expect_error(&over.post("assign_queue_num", json!({})).await, 410);
    let request = DropId::generate().to_string();
    expect_error(&over.generate_token(&request).await, 410);
    let tokens: Value = over.ask("expired_tokens").await.expect(200);
    assert_eq!(tokens, json!([]));
}
