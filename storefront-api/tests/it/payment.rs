//! Paying: one card after the other, and a key that pays once.

use crate::{
    answer::Answer,
    shop::{Shop, Who},
};
use serde_json::{Value, json};

/// A shop with an order to pay.
struct Till {
    shop: Shop,
    shopper: Who,
    order_id: String,
}

impl Till {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let (seller, shopper) = (shop.seller().await, shop.shopper().await);
        let drop_id = shop.drop_of(&seller).await;
        let order_id = shop.order_of(&shopper, &drop_id).await;
        Self { shop, shopper, order_id }
    }

    fn path(&self) -> String {
        format!("/v1/orders/{}/payment", self.order_id)
    }

    async fn pay(&self, method: &str) -> Answer {
        let body = json!({ "payment_method": method });
        self.shop.post(&self.path(), &self.shopper, &body).await
    }

    async fn pay_keyed(&self, key: &str, method: &str) -> Answer {
        let body = json!({ "payment_method": method });
        self.shop.post_keyed(&self.path(), &self.shopper, key, &body).await
    }

    async fn order(&self) -> Value {
        let path = format!("/v1/orders/{}", self.order_id);
        self.shop.get(&path, &self.shopper).await.expect(200)
    }

    async fn n_payments(&self) -> i64 {
        self.shop.database.scalar("select count(*) from payments").await
    }
}

#[tokio::test]
async fn a_declined_card_may_be_followed_by_another() {
    let till = Till::open().await;
    let held_until = till.order().await["hold_expires_at"].clone();
    till.pay("pm_card_decline").await.expect(202);
    till.shop.card_is_declined(&till.order_id).await;

    let declined = till.order().await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("reserved"), &json!("declined")));
    assert_eq!(declined["hold_expires_at"], held_until, "a decline gives no more time");
    till.pay("pm_card_approve").await.expect(202);
    let order = till.order().await;
    assert_eq!((&order["state"], &order["reason"]), (&json!("authorizing"), &Value::Null));
    let states: Vec<_> =
        order["timeline"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["reserved", "authorizing", "reserved", "authorizing"]);
    assert_eq!(till.n_payments().await, 2);
}

#[tokio::test]
async fn a_declined_order_can_be_given_back() {
    let till = Till::open().await;
    till.pay("pm_card_decline").await.expect(202);
    till.shop.card_is_declined(&till.order_id).await;
    let path = format!("/v1/orders/{}/cancel", till.order_id);
    let order = till.shop.post(&path, &till.shopper, &json!({})).await.expect(200);
    assert_eq!(order["state"], "cancelled");
}

#[tokio::test]
async fn after_five_cards_it_is_over() {
    let till = Till::open().await;
    for _ in 0..5 {
        till.pay("pm_card_decline").await.expect(202);
        till.shop.card_is_declined(&till.order_id).await;
    }
    assert_eq!(till.order().await["state"], "payment_failed");
    till.pay("pm_card_approve").await.expect_problem(409, "order_wrong_state");
}

#[tokio::test]
async fn a_reserved_order_with_five_cards_takes_no_sixth() {
    let till = Till::open().await;
    let tried =
        "insert into payments (id, order_id, drop_id, kind, attempt, amount_minor, currency,
            status)
        select gen_random_uuid(), id, drop_id, 'authorize', n, amount_minor, currency, 'declined'
        from orders, generate_series(1, 5) n";
    sqlx::query(tried).execute(&till.shop.app.pool).await.unwrap();
    till.pay("pm_card_approve").await.expect_problem(409, "too_many_attempts");
    assert_eq!(till.order().await["state"], "reserved");
}

#[tokio::test]
async fn a_key_pays_once_whatever_has_become_of_it() {
    let till = Till::open().await;
    let first = till.pay_keyed("k1", "pm_card_decline").await;
    assert_eq!(first.status, 202, "{}", first.text);
    let at_once = till.pay_keyed("k1", "pm_card_decline").await;
    till.shop.card_is_declined(&till.order_id).await;
    let late = till.pay_keyed("k1", "pm_card_decline").await;
    for again in [at_once, late] {
        assert_eq!((again.status.as_u16(), &again.text), (202, &first.text));
    }
    assert_eq!(till.order().await["state"], "reserved", "the card is not tried again");
    assert_eq!(till.n_payments().await, 1);

    till.pay_keyed("k1", "pm_card_approve").await.expect_problem(422, "idempotency_key_reuse");
    let other = till.pay_keyed("k2", "pm_card_approve").await;
    assert_eq!((other.status.as_u16(), other.text), (202, first.text));
    till.shop.money_is_set_aside(&till.order_id).await;
    for key in ["k1", "k2"] {
        let method = if key == "k1" { "pm_card_decline" } else { "pm_card_approve" };
        till.pay_keyed(key, method).await.expect(202);
    }
    assert_eq!(till.order().await["state"], "capturing");
    let n_cards: i64 =
        till.shop.database.scalar("select count(*) from payments where kind = 'authorize'").await;
    assert_eq!(n_cards, 2);
}

#[tokio::test]
async fn of_many_with_one_key_one_pays() {
    let till = Till::open().await;
    let pay = || till.pay_keyed("k1", "pm_card_approve");
    let answers = tokio::join!(pay(), pay(), pay(), pay(), pay(), pay());
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5] {
        answer.expect(202);
    }
    assert_eq!(till.n_payments().await, 1);
}

#[tokio::test]
async fn a_strangers_key_is_no_way_to_an_order() {
    let till = Till::open().await;
    let stranger = till.shop.shopper().await;
    let body = json!({ "payment_method": "pm_card_approve" });
    till.pay_keyed("k1", "pm_card_approve").await.expect(202);
    let answer = till.shop.post_keyed(&till.path(), &stranger, "k1", &body).await;
    answer.expect_problem(404, "order_not_found");
    let bad = till.pay_keyed(&"x".repeat(256), "pm_card_approve").await;
    bad.expect_problem(400, "idempotency_key_invalid");
}
