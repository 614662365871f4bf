//! `sluice seed` may run any number of times, and what it creates works.

use crate::command::{env_of, sluice};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};
use testkit::{TestApp, TestDatabase};

/// Runs `sluice seed` and returns what it printed.
fn seed(env: &BTreeMap<String, String>, state: Option<&Path>) -> Value {
    let mut arguments = vec!["seed", "--units", "20", "--open-h", "2"];
    if let Some(state) = state {
        arguments.extend(["--state", state.to_str().unwrap()]);
    }
    sluice(env, &arguments).unwrap()
}

#[tokio::test]
async fn a_demo_is_made_once_and_renewed_when_sold_out() {
    let database = TestDatabase::create().await;
    let file = std::env::temp_dir().join(format!("seed-{}.json", uuid::Uuid::now_v7()));
    let run = || seed(&env_of(&database), Some(&file));

    let first = run();
    assert_eq!(run(), first);
    let sold = "with s as (update inventory set available = 0, sold = total)
        update drops set state = 'sold_out'";
    sqlx::query(sold).execute(database.pool()).await.unwrap();
    let renewed = run();
    assert_ne!(renewed["drop_id"], first["drop_id"]);
    assert_eq!(renewed["seller_key"], first["seller_key"]);

    // A wiped database has other rows, so the file must not be trusted.
    let other = TestDatabase::create().await;
    let remade = seed(&env_of(&other), Some(&file));
    assert_ne!(remade["seller_key"], first["seller_key"]);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn what_was_seeded_works() {
    let app = TestApp::start().await;
    let seeded = seed(&app.world.fleet.service_env(), None);
    let key = |field: &str| app.storefront().with_key(seeded[field].as_str().unwrap());
    let drop_id = seeded["drop_id"].as_str().unwrap();
    key("seller_key").get(&format!("/v1/seller/drops/{drop_id}")).await.expect(200);
    let limits = format!("/v1/operator/drops/{drop_id}/limits");
    key("operator_key").get(&limits).await.expect(200);
    let seen = app.storefront().get(&format!("/v1/drops/{drop_id}")).await.expect(200);
    assert_eq!(seen["units_left"], 20);
}

#[tokio::test]
async fn no_demo_is_made_in_production() {
    let database = TestDatabase::create().await;
    let mut env = env_of(&database);
    let (_, server) = database.url().rsplit_once('@').unwrap();
    env.insert("SLUICE_DATABASE__URL".to_owned(), format!("postgres://sluice@{server}"));
    env.insert("SLUICE_PROFILE__NAME".to_owned(), "production".to_owned());
    let refusal = sluice(&env, &["seed"]).unwrap_err();
    assert!(refusal.contains("database.url has no password"), "{refusal}");

    env.insert("SLUICE_DATABASE__URL".to_owned(), database.url().to_owned());
    env.insert("SLUICE_PROFILE__PRIVATE_NETWORK".to_owned(), "true".to_owned());
    for command in ["seed", "demo"] {
        let refusal = sluice(&env, &[command]).unwrap_err();
        assert!(refusal.contains("a demo is not for production"), "{command}: {refusal}");
    }
    let n_sellers: i64 = database.scalar("select count(*) from sellers").await;
    assert_eq!(n_sellers, 0);
}
