//! Keys, quotas and sessions from the console, each written down.

use crate::command::{env_of, sluice};
use database::people::api_keys;
use serde_json::{Value, json};
use shared::{
    credentials::ApiKey,
    ids::{KeyId, SellerId, ShopperId},
};
use testkit::TestDatabase;

/// The newest entry of the audit log: who, what and why.
async fn written(database: &TestDatabase) -> (String, String, String) {
    sqlx::query_as("select actor, action, why from audit_log order by id desc limit 1")
        .fetch_one(database.pool())
        .await
        .unwrap()
}

/// Whether a key works.
async fn works(database: &TestDatabase, made: &Value) -> bool {
    let key = ApiKey::parse(made["key"].as_str().unwrap()).unwrap();
    api_keys::find(database.pool(), &key.hash()).await.unwrap().is_some()
}

fn entry(action: &str, why: &str) -> (String, String, String) {
    ("console".to_owned(), action.to_owned(), why.to_owned())
}

#[tokio::test]
async fn a_key_is_made_listed_and_revoked() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let create = |role: &str, name: &str| {
        sluice(&env, &["key", "create", "--role", role, "--name", name, "--why", "a test"])
    };
    let ann = create("admin", "ann").unwrap();
    assert!(works(&database, &ann).await);
    assert_eq!(written(&database).await, entry("key.create", "a test"));
    assert!(create("viewer", "ann").unwrap_err().contains("name"), "it is taken");
    let shop = create("seller", "Shop").unwrap();

    let listed = sluice(&env, &["key", "list"]).unwrap();
    let roles: Vec<_> = listed.as_array().unwrap().iter().map(|key| &key["role"]).collect();
    assert_eq!(roles, [&json!("seller"), &json!("admin")]);
    assert!(!listed.to_string().contains("sk_"), "{listed}");
    assert_eq!(listed[0]["seller_id"], shop["seller_id"]);

    let id = ann["id"].as_str().unwrap();
    let revoked = sluice(&env, &["key", "revoke", id, "--why", "left"]).unwrap();
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    assert_eq!(written(&database).await, entry("key.revoke", "left"));
    assert!(!works(&database, &ann).await);
    assert!(works(&database, &shop).await);
    let nobodys = KeyId::generate().to_string();
    assert!(sluice(&env, &["key", "revoke", &nobodys, "--why", "x"]).is_err());
}

#[tokio::test]
async fn a_join_key_is_stored_listed_and_revoked() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let shop = sluice(&env, &["key", "create", "--role", "seller", "--name", "Shop"]).unwrap();
    let seller_id = shop["seller_id"].as_str().unwrap();
    let public_key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let store = |seller_id: &str, public_key: &str| {
        let of = ["join-key", "store", seller_id];
        let key = ["--name", "2027", "--public-key", public_key];
        sluice(&env, &[of.as_slice(), key.as_slice()].concat())
    };
    let stored = store(seller_id, public_key).unwrap();
    assert_eq!(written(&database).await.1, "join_key.create");
    assert!(store(seller_id, "too short").is_err());
    assert!(store(&SellerId::generate().to_string(), public_key).is_err());

    let listed = sluice(&env, &["join-key", "list", seller_id]).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!((&listed[0]["id"], &listed[0]["public_key"]), (&stored["id"], &json!(public_key)));

    let id = stored["id"].as_str().unwrap();
    let revoke =
        |seller_id: &str| sluice(&env, &["join-key", "revoke", seller_id, id, "--why", "a leak"]);
    assert!(revoke(&SellerId::generate().to_string()).is_err(), "it is another's");
    assert!(revoke(seller_id).unwrap()["revoked_at"].is_string());
    assert_eq!(written(&database).await, entry("join_key.revoke", "a leak"));
}

#[tokio::test]
async fn a_quota_is_shown_and_changed() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let shop = ["key", "create", "--role", "seller", "--name", "Shop"];
    let shop = sluice(&env, &shop).unwrap();
    let seller_id = shop["seller_id"].as_str().unwrap();
    let shown = sluice(&env, &["quota", seller_id]).unwrap();
    assert_eq!((&shown["max_live_drops"], &shown["live_drops"]), (&json!(100), &json!(0)));

    let change = ["quota", seller_id, "--max-live-drops", "3", "--why", "a trial"];
    assert_eq!(sluice(&env, &change).unwrap()["max_live_drops"], 3);
    assert_eq!(written(&database).await, entry("seller.quota", "a trial"));
    assert!(sluice(&env, &["quota", seller_id, "--max-live-drops", "4"]).is_err(), "without why");
    assert!(sluice(&env, &["quota", &SellerId::generate().to_string()]).is_err());
}

#[tokio::test]
async fn the_sessions_of_a_shopper_are_ended() {
    let database = TestDatabase::create().await;
    let shopper_id = ShopperId::generate().to_string();
    let end = ["end-sessions", shopper_id.as_str(), "--why", "a stolen phone"];
    sluice(&env_of(&database), &end).unwrap();
    assert_eq!(written(&database).await, entry("session.end", "a stolen phone"));
    let n_ended: i64 = database.scalar("select count(*) from ended_sessions").await;
    assert_eq!(n_ended, 1);
}
