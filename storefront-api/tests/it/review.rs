//! Payments that only a person can decide.

use crate::{
    answer::{Answer, text},
    shop::{Shop, TestSeller, Who},
};
use database::money::payments;
use serde_json::{Value, json};
use shared::ids::PaymentId;
use uuid::Uuid;

const LIST: &str = "/v1/operator/payments/review";

/// A shop with a capture that nobody knows the outcome of.
struct Desk {
    shop: Shop,
    seller: TestSeller,
    operator: Who,
    shopper: Who,
    drop_id: String,
    order_id: String,
    payment_id: String,
}

impl Desk {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let (seller, shopper) = (shop.seller().await, shop.shopper().await);
        let drop_id = shop.drop_of(&seller).await;
        let order_id = shop.order_of(&shopper, &drop_id).await;
        let pay = json!({ "payment_method": "pm_card_approve" });
        shop.post(&format!("/v1/orders/{order_id}/payment"), &shopper, &pay).await.expect(202);
        shop.money_is_set_aside(&order_id).await;
        let capture: PaymentId =
            shop.database.scalar("select id from payments where kind = 'capture'").await;
        payments::put_to_review(&shop.app.pool, capture, "amount_mismatch").await.unwrap();
        let (operator, payment_id) = (shop.operator().await, capture.to_string());
        Self { shop, seller, operator, shopper, drop_id, order_id, payment_id }
    }

    fn path(&self) -> String {
        format!("{LIST}/{}/resolve", self.payment_id)
    }

    async fn resolve(&self, verdict: &str) -> Answer {
        let body = json!({ "verdict": verdict, "reason": "seen in the provider's console" });
        self.shop.post(&self.path(), &self.operator, &body).await
    }

    async fn order(&self) -> Value {
        self.shop.get(&format!("/v1/orders/{}", self.order_id), &self.shopper).await.expect(200)
    }

    async fn units(&self) -> Value {
        let path = format!("/v1/seller/drops/{}/numbers", self.drop_id);
        self.shop.get(&path, &self.seller.who).await.expect(200)["units"].clone()
    }
}

#[tokio::test]
async fn a_payment_that_needs_a_person_is_shown_to_one() {
    let desk = Desk::open().await;
    let list = desk.shop.get(LIST, &desk.operator).await.expect(200);
    assert_eq!((&list["has_more"], list["data"].as_array().unwrap().len()), (&json!(false), 1));
    let case = &list["data"][0];
    assert_eq!(text(case, "payment_id"), desk.payment_id);
    assert_eq!(text(case, "order_id"), desk.order_id);
    assert_eq!((&case["kind"], &case["code"]), (&json!("capture"), &json!("amount_mismatch")));
    assert_eq!((&case["amount_minor"], &case["currency"]), (&json!(1250), &json!("EUR")));
    assert_eq!(case["order_state"], "capturing");
    assert_eq!(text(case, "provider_id"), format!("pay_{}", desk.order_id));
    let health = desk.shop.get("/v1/operator/health", &desk.operator).await.expect(200);
    assert_eq!(health["payments_to_review"], 1);
}

#[tokio::test]
async fn what_was_paid_is_sold_and_written_down() {
    let desk = Desk::open().await;
    let resolved = desk.resolve("paid").await.expect(200);
    assert_eq!(resolved, json!({ "payment_id": desk.payment_id, "verdict": "paid" }));
    assert_eq!(desk.order().await["state"], "confirmed");
    let units = json!({ "total": 100, "available": 99, "reserved": 0, "sold": 1 });
    assert_eq!(desk.units().await, units);

    desk.resolve("failed").await.expect_problem(409, "payment_not_in_review");
    let list = desk.shop.get(LIST, &desk.operator).await.expect(200);
    assert_eq!(list["data"], json!([]));
    let path = format!("/v1/operator/audit?drop_id={}", desk.drop_id);
    let audit = desk.shop.get(&path, &desk.operator).await.expect(200);
    let row = &audit["data"][0];
    assert_eq!(
        (&row["action"], &row["actor"]),
        (&json!("payment.resolve"), &json!("operator:ann"))
    );
    assert_eq!(row["why"], "seen in the provider's console");
}

#[tokio::test]
async fn what_was_not_paid_is_free_again() {
    let desk = Desk::open().await;
    desk.resolve("failed").await.expect(200);
    assert_eq!(desk.order().await["state"], "payment_failed");
    let units = json!({ "total": 100, "available": 100, "reserved": 0, "sold": 0 });
    assert_eq!(desk.units().await, units);
}

#[tokio::test]
async fn a_decision_is_made_once_under_its_key() {
    let desk = Desk::open().await;
    let body = json!({ "verdict": "paid", "reason": "called them" });
    let path = desk.path();
    let decide = || desk.shop.post_keyed(&path, &desk.operator, "k1", &body);
    let (first, again) = (decide().await, decide().await);
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(first.text, again.text);
}

#[tokio::test]
async fn a_decision_needs_a_payment_a_verdict_and_a_reason() {
    let desk = Desk::open().await;
    for (body, code) in [
        (json!({ "verdict": "paid" }), "invalid_body"),
        (json!({ "verdict": "maybe", "reason": "?" }), "invalid_body"),
        (json!({ "verdict": "paid", "reason": " " }), "invalid_fields"),
        (json!({ "verdict": "paid", "reason": "x".repeat(501) }), "invalid_fields"),
    ] {
        let answer = desk.shop.post(&desk.path(), &desk.operator, &body).await;
        assert_eq!(answer.code(), code, "{body}");
    }
    let good = json!({ "verdict": "paid", "reason": "called them" });
    let nowhere = format!("{LIST}/{}/resolve", Uuid::now_v7());
    let answer = desk.shop.post(&nowhere, &desk.operator, &good).await;
    answer.expect_problem(404, "payment_not_found");
    assert_eq!(desk.order().await["state"], "capturing", "nothing was decided");
}
