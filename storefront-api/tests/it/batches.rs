//! Many at the same moment: each gets the answer that is theirs.

use crate::{
    answer::{Answer, text},
    shop::{Shop, Who},
};
use futures_util::future::join_all;
use serde_json::json;

const N_SHOPPERS: usize = 100;

/// A shop and its shoppers, each with an order to pay.
struct Crowd {
    shop: Shop,
    orders: Vec<Order>,
}

struct Order {
    id: String,
    shopper: Who,
}

impl Crowd {
    async fn gather() -> Self {
        let shop = Shop::open().await;
        let seller = shop.seller().await;
        let drop_id = shop.drop_of(&seller).await;
        let mut orders = Vec::new();
        for _ in 0..N_SHOPPERS {
            let shopper = shop.shopper().await;
            let id = shop.order_of(&shopper, &drop_id).await;
            orders.push(Order { id, shopper });
        }
        Self { shop, orders }
    }

    async fn look(&self, order: &Order, who: &Who) -> Answer {
        self.shop.get(&format!("/v1/orders/{}", order.id), who).await
    }

    async fn pay(&self, order: &Order, who: &Who) -> Answer {
        let path = format!("/v1/orders/{}/payment", order.id);
        let body = json!({ "payment_method": "pm_card_approve" });
        self.shop.post_keyed(&path, who, "one key for all", &body).await
    }
}

#[tokio::test]
async fn of_many_who_look_at_once_each_sees_their_own() {
    let crowd = Crowd::gather().await;
    let others = crowd.orders.iter().cycle().skip(1);
    let answers = join_all(crowd.orders.iter().zip(others).map(async |(order, other)| {
        tokio::join!(crowd.look(order, &order.shopper), crowd.look(order, &other.shopper))
    }))
    .await;

    for (order, (own, foreign)) in crowd.orders.iter().zip(answers) {
        assert_eq!(text(&own.expect(200), "id"), order.id);
        foreign.expect_problem(404, "order_not_found");
    }
}

#[tokio::test]
async fn of_many_who_pay_at_once_each_pays_their_own_once() {
    let crowd = Crowd::gather().await;
    let stranger = crowd.shop.shopper().await;
    let answers = join_all(crowd.orders.iter().map(async |order| {
        // Whoever asks first for an order that isn't theirs stands in nobody's way.
        tokio::join!(crowd.pay(order, &stranger), crowd.pay(order, &order.shopper))
    }))
    .await;
    let again = join_all(crowd.orders.iter().map(|order| crowd.pay(order, &order.shopper))).await;

    for (order, ((foreign, own), again)) in crowd.orders.iter().zip(answers.into_iter().zip(again))
    {
        foreign.expect_problem(404, "order_not_found");
        assert_eq!((again.status, &again.text), (own.status, &own.text));
        assert_eq!(own.expect(202), json!({ "order_id": order.id }));
    }
    let is_each_paid_once: bool = crowd
        .shop
        .database
        .scalar("select count(*) = 100 and count(distinct order_id) = 100 from payments")
        .await;
    assert!(is_each_paid_once);
}
