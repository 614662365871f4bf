//! Keys of sellers and operators: who may make them, what each may do, and what is written down.

use crate::{
    answer::{Answer, text},
    shop::{Shop, Who},
};
use serde_json::{Value, json};
use uuid::Uuid;

const KEYS: &str = "/v1/operator/keys";

async fn make(shop: &Shop, admin: &Who, role: &str, name: &str) -> (String, Who) {
    let body = json!({ "role": role, "name": name, "why": "joins the team" });
    let made = shop.post(KEYS, admin, &body).await.expect(201);
    (text(&made, "id"), Who(Some(text(&made, "key"))))
}

async fn revoke(shop: &Shop, who: &Who, id: &str) -> Answer {
    shop.post(&format!("{KEYS}/{id}/revoke"), who, &json!({ "why": "left the team" })).await
}

/// Entries of this action, the newest first.
async fn audit(shop: &Shop, who: &Who, action: &str) -> Vec<Value> {
    let log = shop.get("/v1/operator/audit?limit=100", who).await.expect(200);
    let rows = log["data"].as_array().unwrap().iter();
    rows.filter(|row| row["action"] == action).cloned().collect()
}

#[tokio::test]
async fn each_role_may_do_its_own_and_no_more() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    let limits = format!("/v1/operator/drops/{}/limits", shop.drop_of(&seller).await);
    let slower = json!({ "occupancy_cap": 5, "why": "a test" });
    for (role, sees, changes, makes) in
        [("viewer", 200, 403, 403), ("operator", 200, 200, 403), ("admin", 200, 200, 200)]
    {
        let (_, who) = make(&shop, &admin, role, role).await;
        assert_eq!(shop.get(&limits, &who).await.status, sees, "{role}");
        assert_eq!(shop.patch(&limits, &who, &slower).await.status, changes, "{role}");
        assert_eq!(shop.get(KEYS, &who).await.status, makes, "{role}");
    }
    let (_, viewer) = make(&shop, &admin, "viewer", "another screen").await;
    let refused = shop.patch(&limits, &viewer, &slower).await;
    refused.expect_problem(403, "forbidden");
    assert!(text(&refused.json, "detail").contains("operator"), "{}", refused.text);
}

#[tokio::test]
async fn a_key_is_shown_once_and_refused_from_its_revocation_on() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let (id, ann) = make(&shop, &admin, "operator", "ann").await;
    shop.get("/v1/operator/audit", &ann).await.expect(200);
    let listed = shop.get(KEYS, &admin).await;
    assert!(!listed.text.contains("sk_"), "{}", listed.text);
    assert_eq!(listed.json["data"][0]["id"], id);

    let revoked = revoke(&shop, &admin, &id).await.expect(200);
    shop.get("/v1/operator/audit", &ann).await.expect_problem(401, "api_key_invalid");
    let again = revoke(&shop, &admin, &id).await.expect(200);
    assert_eq!(again["revoked_at"], revoked["revoked_at"]);
    let nobodys = revoke(&shop, &admin, &Uuid::now_v7().to_string()).await;
    nobodys.expect_problem(404, "key_not_found");
}

#[tokio::test]
async fn what_becomes_of_a_key_is_written_down_once_with_who_and_why() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let (id, _) = make(&shop, &admin, "viewer", "screen").await;
    revoke(&shop, &admin, &id).await.expect(200);
    revoke(&shop, &admin, &id).await.expect(200);

    let made = &audit(&shop, &admin, "key.create").await[0];
    assert_eq!((&made["actor"], &made["why"]), (&json!("operator:eve"), &json!("joins the team")));
    assert_eq!(made["new"], json!({ "key_id": id, "role": "viewer", "name": "screen" }));
    let revoked = audit(&shop, &admin, "key.revoke").await;
    assert_eq!(revoked.len(), 1);
    assert_eq!(
        (&revoked[0]["old"]["key_id"], &revoked[0]["why"]),
        (&json!(id), &json!("left the team"))
    );
}

#[tokio::test]
async fn two_operators_never_have_one_name_in_the_log() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let (id, _) = make(&shop, &admin, "operator", "ann").await;
    let body = json!({ "role": "viewer", "name": "ann", "why": "another ann" });
    shop.post(KEYS, &admin, &body).await.expect_problem(409, "key_name_taken");
    revoke(&shop, &admin, &id).await.expect(200);
    shop.post(KEYS, &admin, &body).await.expect(201);
}

#[tokio::test]
async fn a_sellers_key_is_of_a_seller_that_exists_and_sells_for_it_alone() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    let body = |seller_id: Value| json!({ "role": "seller", "name": "till", "seller_id": seller_id, "why": "a second till" });
    let made = shop.post(KEYS, &admin, &body(json!(seller.id))).await.expect(201);
    let till = Who(Some(text(&made, "key")));
    let products = shop.get("/v1/seller/products", &till).await.expect(200);
    assert_eq!(products["data"][0]["id"], seller.product_id);

    let nobodys = shop.post(KEYS, &admin, &body(json!(Uuid::now_v7()))).await;
    nobodys.expect_problem(404, "seller_not_found");
    let answer = shop.post(KEYS, &admin, &body(Value::Null)).await;
    assert_eq!((answer.code(), answer.fields()), ("invalid_fields", vec!["/seller_id"]));
    let mut operator = body(json!(seller.id));
    operator["role"] = json!("operator");
    let answer = shop.post(KEYS, &admin, &operator).await;
    assert_eq!((answer.code(), answer.fields()), ("invalid_fields", vec!["/seller_id"]));
}

#[tokio::test]
async fn no_key_is_kept_with_an_idempotency_key() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({ "role": "viewer", "name": "screen", "why": "a test" });
    shop.post_keyed(KEYS, &admin, "k1", &body).await.expect(201);
    let n_kept: i64 = shop.database.scalar("select count(*) from idempotency_keys").await;
    assert_eq!(n_kept, 0);
}
