//! `sluice seed` may run any number of times, and what it creates works.

use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};
use testkit::{TestApp, TestDatabase, settings};

/// The settings that every command needs, for this database.
fn env_of(database: &TestDatabase) -> BTreeMap<String, String> {
    let mut env = settings::credentials();
    env.insert("SLUICE_DATABASE__URL".to_owned(), database.url().to_owned());
    env
}

/// Runs `sluice seed` and returns what it printed.
fn seed(env: &BTreeMap<String, String>, state: Option<&Path>) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluice"));
    command.args(["seed", "--units", "20", "--open-h", "2"]).envs(env);
    if let Some(state) = state {
        command.arg("--state").arg(state);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
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
