//! A site that was built on the retired "Virtual Waiting Room on AWS", against all services.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{
    TestApp, World, WorldOptions,
    app::{Api, Reply},
    settings::TEST_RSA_KEY,
    wait_until,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// An event whose seller counts people in: its pages, and its own server.
struct Event {
    app: TestApp,
    pages: Api,
    server: Api,
    id: String,
}

impl Event {
    async fn begin() -> Self {
        let options = WorldOptions::default().set("SLUICE_STOREFRONT__AWS_KEY_PEM", TEST_RSA_KEY);
        let app = TestApp { world: World::shared(options).await.unwrap() };
        let seller = app.seller().await;
        let site = seller.site("http://shop.example/").with("manual", true);
        let site = site.with("visitors_per_minute", Value::Null).protect().await;
        let (pages, server) = (app.storefront(), seller.api().clone());
        Self { app, pages, server, id: site.id.to_string() }
    }

    async fn assign(&self) -> String {
        let body = json!({ "event_id": self.id });
        let assigned = self.pages.post_in_time("/aws/assign_queue_num", body).await.expect(200);
        assigned["api_request_id"].as_str().unwrap().to_owned()
    }

    async fn queue_number(&self, request: &str) -> i64 {
        let path = format!("/aws/queue_num?event_id={}&request_id={request}", self.id);
        self.pages.get(&path).await.expect(200)["queue_number"].as_i64().unwrap()
    }

    async fn generate_token(&self, request: &str) -> Reply {
        let body = json!({ "event_id": self.id, "request_id": request });
        self.pages.post("/aws/generate_token", body).await
    }

    /// Asks for tokens until it is this request's turn.
    async fn tokens_of(&self, request: &str) -> Value {
        wait_until("tokens", PATIENCE, async || {
            let reply = self.generate_token(request).await;
            (reply.status == 200).then_some(reply.body)
        })
        .await
    }

    async fn tell(&self, path: &str, mut body: Value) -> Reply {
        body["event_id"] = json!(self.id);
        self.server.post(&format!("/aws/api/{path}"), body).await
    }

    async fn count_in(&self, by: i64) -> i64 {
        let body = json!({ "increment_by": by });
        let counted = self.tell("increment_serving_counter", body).await.expect(200);
        counted["serving_num"].as_i64().unwrap()
    }

    async fn n_active(&self) -> Value {
        let path = format!("/aws/api/num_active_tokens?event_id={}", self.id);
        self.server.get(&path).await.expect(200)["active_tokens"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_built_on_the_retired_waiting_room_works_on_from_the_first_number_to_a_reset() {
    let event = Event::begin().await;
    let requests = [event.assign().await, event.assign().await, event.assign().await];
    assert_eq!(event.queue_number(&requests[0]).await, 1);
    assert_eq!(event.queue_number(&requests[2]).await, 3);
    event.generate_token(&requests[0]).await.expect(202);

    assert_eq!(event.count_in(2).await, 2);
    let first = event.tokens_of(&requests[0]).await;
    event.tokens_of(&requests[1]).await;
    event.generate_token(&requests[2]).await.expect(202);
    let again = event.tokens_of(&requests[0]).await;
    assert_eq!(again["access_token"], first["access_token"]);
    assert_eq!(event.n_active().await, 2);

    let done = json!({ "request_id": requests[0], "status": 1 });
    event.tell("update_session", done.clone()).await.expect(200);
    event.tell("update_session", done).await.expect(404);
    assert_eq!(event.n_active().await, 1);

    assert_eq!(event.count_in(5).await, 7, "past the last number");
    event.tokens_of(&requests[2]).await;
    let later = event.assign().await;
    event.tokens_of(&later).await;

    event.tell("reset_initial_state", json!({})).await.expect(200);
    event.generate_token(&requests[1]).await.expect(400);
    assert_eq!(event.n_active().await, 0);
    let anew = event.assign().await;
    assert_eq!(event.queue_number(&anew).await, 1);
    event.generate_token(&anew).await.expect(202);
    assert_eq!(event.count_in(1).await, 1);
    event.tokens_of(&anew).await;
    let n_inside = "select count(*) from orders where state in ('passed', 'redeemed')";
    let n_inside: i64 = event.app.world.database.scalar(n_inside).await;
    assert_eq!(n_inside, 1, "whoever was inside before is not any more");
}
