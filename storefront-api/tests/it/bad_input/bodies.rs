//! Bodies that are none, on every route.

use crate::{
    answer::Answer,
    document::{Route, routes},
    shop::{NOBODY, Shop, TestSeller, Who},
};
use reqwest::{Method, header::CONTENT_TYPE};
use uuid::Uuid;

#[tokio::test]
async fn bodies_that_are_none_are_refused_on_every_route() {
    let shop = Shop::open().await;
    let people = People::of(&shop).await;
    let garbage: [(&str, &str, &[u8]); 9] = [
        ("empty", "application/json", b""),
        ("not JSON", "application/json", b"{"),
        ("an array", "application/json", b"[]"),
        ("null", "application/json", b"null"),
        ("two objects", "application/json", b"{}{}"),
        ("not UTF-8", "application/json", b"{\"why\":\"\xff\"}"),
        ("an unknown field", "application/json", b"{\"__proto__\":1}"),
        ("a form", "application/x-www-form-urlencoded", b"why=x"),
        ("plain text", "text/plain", b"{}"),
    ];
    for route in routes().into_iter().filter(|route| route.method != "GET") {
        for (name, content_type, bytes) in garbage {
            let answer = people.send(&shop, &route, content_type, bytes.to_vec()).await;
            assert!(answer.status.as_u16() < 500, "{name} at {route:?}: {}", answer.text);
            let no_body = [
                "/v1/session",
                "/v1/console/session",
                "/v1/orders/{order_id}/cancel",
                "/v1/gate/{drop_id}/leave",
            ];
            let reads_none = route.method == "DELETE" || no_body.contains(&route.path.as_str());
            if !reads_none {
                assert!(answer.status.is_client_error(), "{name} at {route:?}: {}", answer.text);
                assert!(!answer.code().is_empty(), "{name} at {route:?}: {}", answer.text);
            }
        }
        let huge = format!("{{\"why\":\"{}\"}}", "x".repeat(20_000)).into_bytes();
        let answer = people.send(&shop, &route, "application/json", huge).await;
        assert!(answer.status.as_u16() < 500, "huge at {route:?}: {}", answer.text);
        // A picture may be larger than this, and is none if it is JSON.
        let takes_a_picture = route.path.ends_with("/picture") || route.path.ends_with("/logo");
        if matches!(
            route.role.as_str(),
            "seller_key" | "operator_key" | "admin_key" | "psp_signature"
        ) && !takes_a_picture
            && route.method != "DELETE"
        {
            assert_eq!(answer.code(), "body_too_large", "{route:?}");
        }
    }
}

#[tokio::test]
async fn deep_nesting_does_not_overflow_the_stack() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = "[".repeat(8000);
    let request = shop.request(Method::POST, "/v1/seller/products", &seller.who);
    let response = request.header(CONTENT_TYPE, "application/json").body(body).send().await;
    Answer::read(response.unwrap()).await.expect_problem(400, "invalid_body");
}

/// Somebody for each role, with something of their own.
struct People {
    seller: TestSeller,
    operator: Who,
    admin: Who,
    shopper: Who,
    drop_id: String,
    order_id: String,
    /// Of whatever else a path may name.
    any_id: String,
}

impl People {
    async fn of(shop: &Shop) -> Self {
        let (seller, shopper) = (shop.seller().await, shop.shopper().await);
        let drop_id = shop.drop_of(&seller).await;
        let order_id = shop.order_of(&shopper, &drop_id).await;
        let (operator, admin) = (shop.operator().await, shop.admin().await);
        let any_id = Uuid::now_v7().to_string();
        Self { seller, operator, admin, shopper, drop_id, order_id, any_id }
    }

    async fn send(&self, shop: &Shop, route: &Route, content_type: &str, body: Vec<u8>) -> Answer {
        let who = match route.role.as_str() {
            "seller_key" => &self.seller.who,
            "operator_key" => &self.operator,
            "admin_key" => &self.admin,
            "session" => &self.shopper,
            _ => &NOBODY,
        };
        let path = route.path.replace("{drop_id}", &self.drop_id);
        let path = path.replace("{order_id}", &self.order_id);
        let path = path.replace("{product_id}", &self.seller.product_id);
        let path =
            path.replace("{payment_id}", &self.any_id).replace("{load_run_id}", &self.any_id);
        let path = path.replace("{ticket_id}", &self.order_id);
        let path = path.replace("{key_id}", &self.any_id).replace("{join_key_id}", &self.any_id);
        let path = path.replace("{shopper_id}", &self.any_id).replace("{seller_id}", &self.any_id);
        let method: Method = route.method.parse().unwrap();
        let request = shop.request(method, &path, who).header(CONTENT_TYPE, content_type);
        Answer::read(request.body(body).send().await.unwrap()).await
    }
}
