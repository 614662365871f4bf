//! An event whose seller counts people in by hand.

use crate::{
    answer::{Answer, text},
    line::EPOCH,
    shop::{NOBODY, Shop, TestSeller},
    site::LET_IN,
};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{RoomConfig, ServedNumbers, SettleOutcome, Settlement},
};
use std::time::Duration;
use testkit::{TestRedis, room::room_config, settings::TEST_RSA_KEY};

/// An event. Its line is open; nothing but tests lets anybody in.
pub(super) struct Event {
    pub(super) shop: Shop,
    pub(super) seller: TestSeller,
    pub(super) id: DropId,
    variant_id: VariantId,
}

/// A storefront with the adapter.
pub(super) async fn shop() -> Shop {
    let redis = TestRedis::create().await;
    let key = ("SLUICE_STOREFRONT__AWS_KEY_PEM", TEST_RSA_KEY.to_owned());
    Shop::open_with([("SLUICE_REDIS__URL", redis.url().to_owned()), key]).await
}

impl Event {
    /// An event whose line is not there yet.
    pub(super) async fn without_line() -> Self {
        let shop = shop().await;
        let seller = shop.seller().await;
        let body = json!({ "title": "Lamps", "site_url": "http://site.test/", "manual": true });
        let made = shop.post("/v1/seller/sites", &seller.who, &body).await.expect(201);
        let id = text(&made, "id").parse().unwrap();
        let variant_id = text(&made["variants"][0], "id").parse().unwrap();
        Self { shop, seller, id, variant_id }
    }

    pub(super) async fn open() -> Self {
        let event = Self::without_line().await;
        event.sql("update drops set state = 'open', epoch = 1, epoch_state = 'open'").await;
        let config = RoomConfig {
            has_stock: false,
            max_units_per_ticket: 1,
            manual: Some(ServedNumbers { after: 0, up_to: 0 }),
            ..room_config(vec![event.variant_id])
        };
        let queue = &event.shop.app.queue;
        queue.begin(event.id, EPOCH).await.unwrap();
        queue.open(event.id, EPOCH, &config, None, Duration::ZERO).await.unwrap();
        event
    }

    /// Changes what no API does.
    pub(super) async fn sql(&self, change: &'static str) {
        sqlx::query(change).execute(&self.shop.app.pool).await.unwrap();
    }

    /// Asks as a page does; `path` may have a query, and its event is added.
    pub(super) async fn get(&self, path: &str, request: &str) -> Answer {
        let path = format!("/aws/{path}?event_id={}&request_id={request}", self.id);
        self.shop.get(&path, &NOBODY).await
    }

    /// Sends as a page does.
    pub(super) async fn post(&self, path: &str, mut body: Value) -> Answer {
        body["event_id"] = json!(self.id);
        self.shop.post(&format!("/aws/{path}"), &NOBODY, &body).await
    }

    /// Asks as the site's own server does.
    pub(super) async fn ask(&self, path: &str) -> Answer {
        let path = format!("/aws/api/{path}?event_id={}", self.id);
        self.shop.get(&path, &self.seller.who).await
    }

    /// Says something as the site's own server does.
    pub(super) async fn tell(&self, path: &str, mut body: Value) -> Answer {
        body["event_id"] = json!(self.id);
        self.shop.post(&format!("/aws/api/{path}"), &self.seller.who, &body).await
    }

    /// Puts somebody in line and returns their request.
    pub(super) async fn assign(&self) -> String {
        text(&self.post("assign_queue_num", json!({})).await.expect(200), "api_request_id")
    }

    pub(super) async fn generate_token(&self, request: &str) -> Answer {
        self.post("generate_token", json!({ "request_id": request })).await
    }

    /// Gives a request in line its pass, as the workers do.
    pub(super) async fn let_in(&self, request: &str) {
        let ticket_id: TicketId = request.parse().unwrap();
        let shopper_id = ShopperId::from_uuid(ticket_id.as_uuid());
        let queue = &self.shop.app.queue;
        let found = queue.find_by_account(self.id, EPOCH, shopper_id).await.unwrap();
        let (ticket, _) = found.expect("a ticket in line");
        sqlx::query(LET_IN)
            .bind(ticket_id)
            .bind(self.id)
            .bind(shopper_id)
            .bind(ticket.score.raw().cast_signed())
            .execute(&self.shop.app.pool)
            .await
            .unwrap();
        let held = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
        queue.settle(self.id, EPOCH, &[], &[held]).await.unwrap();
    }

    /// Somebody with a pass that nobody has asked tokens for.
    pub(super) async fn admitted(&self) -> String {
        let request = self.assign().await;
        self.let_in(&request).await;
        request
    }

    /// Somebody with tokens.
    pub(super) async fn inside(&self) -> String {
        let request = self.admitted().await;
        self.generate_token(&request).await.expect(200);
        request
    }
}

/// The time, seconds since 1970.
pub(super) fn now_s() -> i64 {
    SystemClock.now().as_second()
}

/// Checks the form of an answer that has nothing else.
#[track_caller]
pub(super) fn expect_error(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let fields: Vec<_> = answer.json.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["error"], "{}", answer.text);
    assert!(answer.json["error"].as_str().is_some_and(|error| !error.is_empty()));
    assert_eq!(answer.headers["content-type"], "application/json");
}
