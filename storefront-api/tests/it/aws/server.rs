//! What a site's own server says and asks.

use super::event::{Event, expect_error};
use serde_json::json;
use shared::ids::TicketId;

#[tokio::test]
async fn an_increment_answers_with_a_number_and_goes_either_way() {
    let event = Event::open().await;
    for (by, counter) in [
        (json!(3), 3),
        (json!(0), 3),
        (json!("2"), 5),
        (json!(-7), -2),
        (json!(2_147_483_648_i64), 2_147_483_646),
        (json!(-2_147_483_648_i64), -2),
    ] {
        let body = json!({ "increment_by": by });
        let counted = event.tell("increment_serving_counter", body).await.expect(200);
        assert_eq!(counted, json!({ "serving_num": counter }), "{by}");
    }
    let n_audited = "select count(*) from audit_log where action = 'aws.increment'";
    let n_audited: i64 = event.shop.database.scalar(n_audited).await;
    assert_eq!(n_audited, 5, "each change, and nothing else");
}

#[tokio::test]
async fn increments_that_are_none_or_go_too_far_change_nothing() {
    let event = Event::open().await;
    for by in [
        json!(2_147_483_649_i64),
        json!(-2_147_483_649_i64),
        json!(9_223_372_036_854_775_807_i64),
        json!(1.5),
        json!("many"),
        json!(true),
        json!([1]),
        json!(null),
    ] {
        let body = json!({ "increment_by": by });
        expect_error(&event.tell("increment_serving_counter", body).await, 400);
    }
    event.sql("update aws_rooms set serving_counter = 4503599627370496").await;
    let body = json!({ "increment_by": 1 });
    expect_error(&event.tell("increment_serving_counter", body).await, 400);
    let counter: i64 = event.shop.database.scalar("select serving_counter from aws_rooms").await;
    assert_eq!(counter, 4_503_599_627_370_496);
}

#[tokio::test]
async fn a_session_is_ended_once_and_its_pass_with_it() {
    let event = Event::open().await;
    let (done, gone) = (event.inside().await, event.inside().await);
    let admitted = event.admitted().await;
    assert_eq!(event.ask("num_active_tokens").await.expect(200), json!({ "active_tokens": 2 }));
    for status in [json!(0), json!(2), json!("x"), json!(null)] {
        let body = json!({ "request_id": done, "status": status });
        expect_error(&event.tell("update_session", body).await, 400);
    }
    for (request, status) in [(&done, 1), (&gone, -1)] {
        let body = json!({ "request_id": request, "status": status });
        assert_eq!(event.tell("update_session", body.clone()).await.expect(200), json!({}));
        expect_error(&event.tell("update_session", body).await, 404);
    }
    for request in [admitted, TicketId::generate().to_string()] {
        let body = json!({ "request_id": request, "status": 1 });
        expect_error(&event.tell("update_session", body).await, 404);
    }
    assert_eq!(event.ask("num_active_tokens").await.expect(200), json!({ "active_tokens": 0 }));
    let n_visited = "select count(*) from orders where state = 'visited'";
    let n_visited: i64 = event.shop.database.scalar(n_visited).await;
    assert_eq!(n_visited, 2);
}

#[tokio::test]
async fn tokens_that_have_run_out_are_listed_by_their_requests() {
    let event = Event::open().await;
    assert_eq!(event.ask("expired_tokens").await.expect(200), json!([]));
    let request = event.inside().await;
    event
        .sql(
            "update aws_tokens set issued_at = issued_at - interval '2 hours',
                 expires_at = expires_at - interval '2 hours'",
        )
        .await;
    event.inside().await;
    assert_eq!(event.ask("expired_tokens").await.expect(200), json!([request]));
    assert_eq!(event.ask("num_active_tokens").await.expect(200), json!({ "active_tokens": 1 }));
}

#[tokio::test]
async fn a_reset_begins_with_number_one_and_knows_nobody_from_before() {
    let event = Event::open().await;
    let (inside, waiting) = (event.inside().await, event.assign().await);
    let body = json!({ "increment_by": 9 });
    event.tell("increment_serving_counter", body).await.expect(200);

    let reset = event.tell("reset_initial_state", json!({})).await.expect(200);
    assert!(reset["message"].is_string(), "{reset}");
    assert_eq!(event.get("serving_num", "").await.expect(200)["serving_counter"], "0");
    assert_eq!(event.ask("num_active_tokens").await.expect(200)["active_tokens"], 0);
    for request in [&inside, &waiting] {
        expect_error(&event.get("queue_num", request).await, 202);
        expect_error(&event.get("queue_pos_expiry", request).await, 404);
        expect_error(&event.generate_token(request).await, 400);
    }
    let n_good = "select count(*) from orders where state in ('passed', 'redeemed')";
    let n_good: i64 = event.shop.database.scalar(n_good).await;
    assert_eq!(n_good, 0);

    let anew = event.admitted().await;
    assert_eq!(event.get("queue_num", &anew).await.expect(200)["queue_number"], 1);
    event.generate_token(&anew).await.expect(200);
    let up_to = "select (new->>'served_up_to')::bigint from audit_log where action = 'aws.reset'";
    let up_to: i64 = event.shop.database.scalar(up_to).await;
    assert_eq!(up_to, 2, "nobody is counted in behind the last number");
}
