//! TENANT-1: nothing of one seller or shopper reaches another. Every route that takes an id is
//! asked for a stranger's, and must answer as for an id that never was.

use crate::{
    answer::{Answer, text},
    document::{Route, routes},
    shop::{Shop, TestSeller, Who, drop_body, in_hours, product_body},
    site::ProtectedSite,
};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use uuid::Uuid;

/// Ids that stand in a path.
#[derive(Clone)]
struct Ids {
    drop_id: String,
    site_id: String,
    product_id: String,
    order_id: String,
    ticket_id: String,
    join_key_id: String,
}

/// A body that the route would take, so that only the tenant stands in the way.
fn body(route: &Route, ids: &Ids) -> Value {
    match route.path.rsplit('/').next().unwrap() {
        "{drop_id}" => json!({ "title": "Mine now" }),
        "{product_id}" => json!({ "name": "Mine now" }),
        "pause" | "resume" => json!({ "why": "mine now" }),
        "failure-policy" => json!({ "policy": "hold", "why": "mine now" }),
        "schedule" => json!({ "opens_at": in_hours(3) }),
        "lanes" => json!({ "lanes": [{ "lane": 1, "name": "Mine", "share_percent": 90 }] }),
        "codes" => json!({ "lane": 0, "count": 1, "label": "Mine" }),
        "revoke" if route.path.contains("/codes/") => json!({ "label": "Theirs", "why": "mine" }),
        "revoke" if route.path.contains("/passes/") => {
            json!({ "drop_id": ids.site_id, "why": "not mine" })
        }
        "revoke" => json!({ "why": "not mine" }),
        "cancel" if route.path.contains("/drops/") => json!({ "reason": "mine now" }),
        "payment" => json!({ "payment_method": "pm_card_approve" }),
        "units" => json!({ "units": 1 }),
        _ => json!({}),
    }
}

async fn ask(shop: &Shop, route: &Route, who: &Who, ids: &Ids) -> Answer {
    let path = route.path.replace("{drop_id}", &ids.drop_id);
    let path = path.replace("{product_id}", &ids.product_id).replace("{order_id}", &ids.order_id);
    let path = path.replace("{join_key_id}", &ids.join_key_id);
    let path = path.replace("{ticket_id}", &ids.ticket_id);
    let method: Method = route.method.parse().unwrap();
    let request = shop.request(method, &path, who).json(&body(route, ids));
    Answer::read(request.send().await.unwrap()).await
}

/// All that an answer tells: its status, its headers and its body, without the id and the time that
/// each request has of its own.
fn told_by(answer: &Answer) -> (StatusCode, HeaderMap, Value) {
    let (mut headers, mut body) = (answer.headers.clone(), answer.json.clone());
    for own in ["x-request-id", "date"] {
        headers.remove(own);
    }
    body["request_id"] = Value::Null;
    (answer.status, headers, body)
}

#[tokio::test]
async fn a_strangers_id_is_no_id() {
    let shop = Shop::open().await;
    let (owner, stranger) = (shop.seller().await, shop.seller().await);
    let (shopper, other_shopper) = (shop.shopper().await, shop.shopper().await);
    let drop_id = shop.drop_of(&owner).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let join_key_id = text(&join_key_of(&shop, &owner).await, "id");
    let codes = json!({ "lane": 0, "count": 1, "label": "Theirs" });
    let path = format!("/v1/seller/drops/{drop_id}/codes");
    shop.post(&path, &owner.who, &codes).await.expect(201);
    let site = ProtectedSite::open(&shop).await;
    let (ticket_id, _) = site.visitor(&shop).await;
    let ids = Ids {
        drop_id,
        site_id: site.drop_id.clone(),
        product_id: owner.product_id.clone(),
        order_id,
        ticket_id: ticket_id.clone(),
        join_key_id,
    };
    let never = Uuid::now_v7().to_string();
    let never = Ids {
        drop_id: never.clone(),
        site_id: never.clone(),
        product_id: never.clone(),
        order_id: never.clone(),
        ticket_id: never.clone(),
        join_key_id: never,
    };
    let mut n_tried = 0;
    for route in routes().into_iter().filter(|route| route.path.contains('{')) {
        // A code is tried at a drop that everybody may see.
        if route.path == "/v1/drops/{drop_id}/code" {
            continue;
        }
        let who = match route.role.as_str() {
            "seller_key" => &stranger.who,
            "session" => &other_shopper,
            _ => continue,
        };
        let foreign = ask(&shop, &route, who, &ids).await;
        let unknown = ask(&shop, &route, who, &never).await;
        assert_eq!(foreign.status, 404, "{route:?}: {}", foreign.text);
        assert_eq!(told_by(&foreign), told_by(&unknown), "{route:?}");
        n_tried += 1;
    }
    assert!(n_tried >= 8, "{n_tried}");
    nothing_changed(&shop, &owner, &shopper, &ids).await;
    assert_eq!(site.story_of(&shop, &ticket_id).await, ("redeemed".to_owned(), 1));
}

async fn join_key_of(shop: &Shop, seller: &TestSeller) -> Value {
    let body =
        json!({ "name": "site", "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    shop.post("/v1/seller/join-keys", &seller.who, &body).await.expect(201)
}

async fn nothing_changed(shop: &Shop, owner: &TestSeller, shopper: &Who, ids: &Ids) {
    let path = format!("/v1/seller/drops/{}", ids.drop_id);
    let flash_drop = shop.get(&path, &owner.who).await.expect(200);
    let seen = ["state", "mode", "title"].map(|field| flash_drop[field].clone());
    assert_eq!(seen, ["scheduled", "running", "Friday drop"]);
    assert_eq!(flash_drop["product"]["name"], "Lamp");
    assert_eq!(flash_drop["lanes"], Value::Null);
    let codes = shop.get(&format!("{path}/codes"), &owner.who).await.expect(200);
    assert_eq!(codes["labels"].as_array().unwrap().len(), 1);
    assert_eq!(codes["labels"][0]["revoked"], 0);
    let keys = shop.get("/v1/seller/join-keys", &owner.who).await.expect(200);
    assert_eq!(keys["data"][0]["revoked_at"], Value::Null);
    let order = shop.get(&format!("/v1/orders/{}", ids.order_id), shopper).await.expect(200);
    assert_eq!(order["state"], "reserved");
}

#[tokio::test]
async fn lists_hold_what_is_ones_own() {
    let shop = Shop::open().await;
    let (owner, stranger) = (shop.seller().await, shop.seller().await);
    let (shopper, other_shopper) = (shop.shopper().await, shop.shopper().await);
    let drop_id = shop.drop_of(&owner).await;
    shop.order_of(&shopper, &drop_id).await;

    let drops = shop.get("/v1/seller/drops", &stranger.who).await.expect(200);
    assert_eq!(drops["data"], json!([]));
    let products = shop.get("/v1/seller/products", &stranger.who).await;
    assert!(!products.text.contains(&owner.product_id));
    assert_eq!(shop.get("/v1/orders", &other_shopper).await.expect(200)["data"], json!([]));
    let mine = shop.get("/v1/orders", &shopper).await.expect(200);
    assert_eq!(mine["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_sells_a_strangers_stock() {
    let shop = Shop::open().await;
    let (owner, thief) = (shop.seller().await, shop.seller().await);
    let whole = TestSeller { who: thief.who.clone(), ..owner.clone() };
    let variant = TestSeller { product_id: thief.product_id.clone(), ..whole.clone() };
    for seller in [whole, variant] {
        let answer = shop.post("/v1/seller/drops", &seller.who, &drop_body(&seller)).await;
        answer.expect_problem(404, "variant_not_found");
    }
    let path = format!("/v1/seller/products/{}", owner.product_id);
    let product = shop.get(&path, &owner.who).await.expect(200);
    assert_eq!(product["variants"][0]["stock"], 1000);
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 0);
}

#[tokio::test]
async fn one_sellers_idempotency_key_is_not_anothers() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let (path, body) = ("/v1/seller/products", product_body());
    let first = shop.post_keyed(path, &one.who, "same-key", &body).await.expect(201);
    let second = shop.post_keyed(path, &two.who, "same-key", &body).await.expect(201);
    assert_ne!(text(&first, "id"), text(&second, "id"));
}
