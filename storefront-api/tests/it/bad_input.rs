//! Input that no sane client sends: a clear problem with a stable code, no change, no 5xx.

mod bodies;
mod drops;

use crate::{
    answer::Answer,
    shop::{NOBODY, Shop, product_body},
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn each_bad_value_of_a_product_is_named() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cases: [(&str, Value, &str); 9] = [
        ("/variants/0/price_minor", json!(-1), "invalid_fields"),
        ("/variants/0/price_minor", json!(9_223_372_036_854_775_807_i64), "invalid_fields"),
        ("/variants/0/price_minor", json!(9_223_372_036_854_775_808_u64), "invalid_body"),
        ("/variants/0/price_minor", json!(12.5), "invalid_body"),
        ("/variants/0/stock", json!(-1), "invalid_fields"),
        ("/variants/0/stock", json!(2_147_483_648_u32), "invalid_body"),
        ("/variants/0/currency", json!("EURO"), "invalid_fields"),
        ("/variants/0/name", json!(" "), "invalid_fields"),
        ("/variants", json!([]), "invalid_fields"),
    ];
    for (field, value, code) in cases {
        let mut body = product_body();
        *body.pointer_mut(field).unwrap() = value.clone();
        let answer = shop.post("/v1/seller/products", &seller.who, &body).await;
        assert_eq!(answer.code(), code, "{field} = {value}: {}", answer.text);
        assert_eq!(answer.fields(), [field], "{field} = {value}");
    }
}

#[tokio::test]
async fn each_bad_limit_is_named() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    for (body, code) in [
        (json!({ "why": "nothing" }), "invalid_fields"),
        (json!({ "occupancy_cap": 5 }), "invalid_body"),
        (json!({ "occupancy_cap": 5, "why": " " }), "invalid_fields"),
        (json!({ "occupancy_cap": 0, "why": "none" }), "invalid_fields"),
        (json!({ "admission_rate_per_second": -0.0, "why": "none" }), "invalid_fields"),
        (json!({ "order_rate_per_second": 1e9, "why": "all" }), "invalid_fields"),
        (json!({ "no_show_percent": 31, "why": "more" }), "invalid_fields"),
        (json!({ "mode": "running", "why": "sneaky" }), "invalid_body"),
    ] {
        assert_eq!(shop.patch(&path, &operator, &body).await.code(), code, "{body}");
    }
    let without_why = shop.patch(&path, &operator, &json!({ "occupancy_cap": 5 })).await;
    assert_eq!(without_why.fields(), ["/why"], "{}", without_why.text);
    let limits = shop.get(&path, &operator).await.expect(200);
    assert_eq!(limits["limits_version"], 1, "nothing was changed");
}

#[tokio::test]
async fn ids_and_queries_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let operator = shop.operator().await;
    for id in ["7", "%00", "..", "' or 1=1 --", "01a1fe5b-ae30-741f-b967-b57518a72e1"] {
        let answer = shop.get(&format!("/v1/drops/{id}"), &NOBODY).await;
        assert_eq!(answer.status, 404, "{id}: {}", answer.text);
    }
    for (path, code) in [
        ("/v1/drops?limit=-1", "invalid_query"),
        ("/v1/drops?limit=many", "invalid_query"),
        ("/v1/drops?limit=99999999999999", "invalid_query"),
        ("/v1/drops?limit=0", "invalid_query"),
        ("/v1/drops?limit=101", "invalid_query"),
        ("/v1/drops?limit=4294967295", "invalid_query"),
        ("/v1/operator/audit?limit=0", "invalid_query"),
        ("/v1/operator/drops?limit=1000", "invalid_query"),
        ("/v1/operator/drops?q=%00", "invalid_query"),
        ("/v1/drops?page=2", "invalid_query"),
        ("/v1/drops?cursor=AAAA", "invalid_cursor"),
        ("/v1/drops?cursor=%00", "invalid_cursor"),
        ("/v1/operator/audit?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "invalid_cursor"),
        ("/v1/operator/audit?drop_id=7", "invalid_query"),
    ] {
        shop.get(path, &operator).await.expect_problem(400, code);
    }
    for limit in [1, 100] {
        shop.get(&format!("/v1/drops?limit={limit}"), &NOBODY).await.expect(200);
    }
    shop.get("/v1/nothing", &NOBODY).await.expect_problem(404, "not_found");
    let method = shop.request(Method::DELETE, "/v1/drops", &NOBODY).send().await.unwrap();
    Answer::read(method).await.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn payment_methods_are_names() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let path = format!("/v1/orders/{order_id}/payment");
    for method in ["", "pm_", "4111 1111 1111 1111", "pm_card'; drop table", "pm_\u{0}"] {
        let answer = shop.post(&path, &shopper, &json!({ "payment_method": method })).await;
        answer.expect_problem(422, "invalid_fields");
    }
    let amount = json!({ "payment_method": "pm_card_approve", "amount_minor": 1 });
    shop.post(&path, &shopper, &amount).await.expect_problem(400, "invalid_body");
    let order = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!(order["state"], "reserved");
}
