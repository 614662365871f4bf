//! What the pages of a site ask: the way into the line, and the numbers.

use super::event::{Event, expect_error, now_s};
use crate::shop::{NOBODY, SOON};
use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::TicketId;
use testkit::wait_until;

impl Event {
    /// Waits until a number that everybody may see is this one.
    async fn shows(&self, path: &str, field: &str, wanted: &Value) {
        wait_until("number", SOON, async || {
            let answer = self.get(path, "").await.expect(200);
            (answer == json!({ field: wanted })).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn each_assign_is_a_new_person_with_the_next_number() {
    let event = Event::open().await;
    let assigned = event.post("assign_queue_num", json!({ "more": [1] })).await;
    assert!(!assigned.headers.contains_key("set-cookie"));
    let first = assigned.expect(200)["api_request_id"].as_str().unwrap().to_owned();
    let second = event.assign().await;
    let now = now_s();

    for (request, number) in [(&first, 1), (&second, 2)] {
        let found = event.get("queue_num", request).await.expect(200);
        assert_eq!(found["queue_number"], number);
        assert_eq!((&found["event_id"], &found["status"]), (&json!(event.id), &json!(1)));
        let entered = found["entry_time"].as_i64().unwrap();
        assert!((now - 60..=now + 5).contains(&entered), "{found}");
        assert_eq!(found.as_object().unwrap().len(), 4, "{found}");
    }
    let nobodys = TicketId::generate().to_string();
    expect_error(&event.get("queue_num", &nobodys).await, 202);
}

#[tokio::test]
async fn a_number_stays_with_whoever_is_let_in() {
    let event = Event::open().await;
    event.assign().await;
    let second = event.assign().await;
    let before = event.get("queue_num", &second).await.expect(200);
    event.let_in(&second).await;
    assert_eq!(event.get("queue_num", &second).await.expect(200), before);
    event.generate_token(&second).await.expect(200);
    event.tell("update_session", json!({ "request_id": second, "status": 1 })).await.expect(200);
    assert_eq!(event.get("queue_num", &second).await.expect(200)["queue_number"], 2);
}

#[tokio::test]
async fn the_number_being_served_is_a_text_and_those_who_wait_are_a_number() {
    let event = Event::open().await;
    event.shows("serving_num", "serving_counter", &json!("0")).await;
    event.shows("waiting_num", "waiting_num", &json!(0)).await;
    for _ in 0..3 {
        event.assign().await;
    }
    event.shows("waiting_num", "waiting_num", &json!(3)).await;
    let admitted = event.admitted().await;
    event.shows("waiting_num", "waiting_num", &json!(4)).await;
    event.generate_token(&admitted).await.expect(200);
    event.shows("waiting_num", "waiting_num", &json!(3)).await;

    let body = json!({ "increment_by": 5 });
    event.tell("increment_serving_counter", body).await.expect(200);
    event.shows("serving_num", "serving_counter", &json!("5")).await;
}

#[tokio::test]
async fn a_queue_position_expires_when_nobody_has_asked_for_its_tokens() {
    let event = Event::open().await;
    expect_error(&event.get("queue_pos_expiry", &TicketId::generate().to_string()).await, 404);
    let request = event.assign().await;
    expect_error(&event.get("queue_pos_expiry", &request).await, 202);
    event.let_in(&request).await;
    let left = event.get("queue_pos_expiry", &request).await.expect(200);
    let seconds = left["expires_in"].as_i64().unwrap();
    assert!((800..=900).contains(&seconds), "{left}");

    event
        .sql(
            "update orders set hold_expires_at = hold_expires_at - interval '901 seconds',
                 processed_at = processed_at - interval '901 seconds',
                 admitted_at = admitted_at - interval '901 seconds'",
        )
        .await;
    expect_error(&event.get("queue_pos_expiry", &request).await, 410);
    expect_error(&event.generate_token(&request).await, 410);
}

#[tokio::test]
async fn pages_of_any_origin_may_ask_what_is_for_them_and_nothing_else() {
    let event = Event::open().await;
    let from_page = |method: Method, path: &str| {
        let path = format!("/aws/{path}?event_id={}", event.id);
        let request = event.shop.request(method, &path, &NOBODY);
        request.header("origin", "https://shop.example")
    };
    let answer = from_page(Method::GET, "serving_num").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    for path in ["assign_queue_num", "generate_token", "queue_num", "waiting_num"] {
        let asked = from_page(Method::OPTIONS, path)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,x-anything");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{path}");
        let headers = answer.headers()["access-control-allow-headers"].to_str().unwrap();
        assert!(headers.contains("x-anything"), "{path}: {headers}");
    }
    let body = json!({ "event_id": event.id }).to_string();
    let joined = from_page(Method::POST, "assign_queue_num").body(body).send().await.unwrap();
    assert_eq!(joined.status(), 200, "a body needs no content type");

    let answer = from_page(Method::POST, "api/reset_initial_state").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
