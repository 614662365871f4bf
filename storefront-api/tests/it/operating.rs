//! What operators see of the drops of all sellers.

use crate::{
    answer::text,
    shop::{Shop, Who, drop_body},
};
use serde_json::{Value, json};

async fn listed(shop: &Shop, operator: &Who, query: &str) -> Vec<String> {
    let page = shop.get(&format!("/v1/operator/drops{query}"), operator).await.expect(200);
    page["data"].as_array().unwrap().iter().map(|row| text(row, "id")).collect()
}

#[tokio::test]
async fn operators_find_the_drops_of_all_sellers() {
    let shop = Shop::open().await;
    let (one, two, operator) = (shop.seller().await, shop.seller().await, shop.operator().await);
    let scheduled = [shop.drop_of(&one).await, shop.drop_of(&two).await];
    let mut body = drop_body(&one);
    body.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
    let draft = shop.post("/v1/seller/drops", &one.who, &body).await.expect(201);
    let seller_id = text(&draft["seller"], "id");
    let [first, second] = &scheduled;

    let all = [text(&draft, "id"), second.clone(), first.clone()];
    assert_eq!(listed(&shop, &operator, "").await, all);
    assert_eq!(listed(&shop, &operator, "?state=scheduled").await, all[1..]);
    let of_one = format!("?seller_id={seller_id}");
    assert_eq!(listed(&shop, &operator, &of_one).await, [all[0].clone(), first.clone()]);
    let both = format!("{of_one}&state=draft");
    assert_eq!(listed(&shop, &operator, &both).await, all[..1]);
    let refused = shop.get("/v1/operator/drops?state=ended", &operator).await;
    refused.expect_problem(400, "invalid_query");

    let shown = shop.get(&format!("/v1/operator/drops/{first}"), &operator).await.expect(200);
    let own = shop.get(&format!("/v1/seller/drops/{first}"), &one.who).await.expect(200);
    assert_eq!(shown["limits_version"], 1);
    for field in own.as_object().unwrap().keys().filter(|name| *name != "server_time") {
        assert_eq!(shown[field], own[field], "{field}");
    }
}

#[tokio::test]
async fn operators_see_the_numbers_of_any_drop() {
    let shop = Shop::open().await;
    let (seller, shopper, operator) =
        (shop.seller().await, shop.shopper().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    shop.order_of(&shopper, &drop_id).await;
    let numbers = async |role: &str, who: &Who| -> Value {
        let path = format!("/v1/{role}/drops/{drop_id}/numbers");
        let mut numbers = shop.get(&path, who).await.expect(200);
        numbers.as_object_mut().unwrap().remove("server_time");
        numbers
    };
    let seen = numbers("operator", &operator).await;
    assert_eq!(seen["orders"], json!({ "reserved": 1 }));
    let nothing = json!({ "orders": 0, "of": 0, "share": 0.0, "bound_percent": 0 });
    assert_eq!(seen["no_shows"], nothing);
    assert_eq!(seen, numbers("seller", &seller.who).await);
}

#[tokio::test]
async fn operators_say_how_far_no_shows_are_made_up_for() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let mut body = drop_body(&seller);
    body["no_show_percent"] = json!(5);
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let path = format!("/v1/operator/drops/{}", text(&made, "id"));
    let limits = shop.get(&format!("{path}/limits"), &operator).await.expect(200);
    assert_eq!(limits["no_show_percent"], 5);
    for percent in [30, 0] {
        let change = json!({ "no_show_percent": percent, "why": "a test" });
        let changed = shop.patch(&format!("{path}/limits"), &operator, &change).await.expect(200);
        assert_eq!(changed["no_show_percent"], percent);
        let numbers = shop.get(&format!("{path}/numbers"), &operator).await.expect(200);
        assert_eq!(numbers["no_shows"]["bound_percent"], percent);
    }
    let log = shop.get("/v1/operator/audit", &operator).await.expect(200);
    let (old, new) = (&log["data"][0]["old"]["limits"], &log["data"][0]["new"]["limits"]);
    assert_eq!((&old["no_show_percent"], &new["no_show_percent"]), (&json!(30), &Value::Null));
}
