//! Lanes and codes of a drop from the console.

use crate::command::{env_of, sluice};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{
    TestDatabase,
    stored::{DropOptions, store_open_drop},
};

/// A scheduled drop.
async fn scheduled(database: &TestDatabase) -> String {
    let stored = store_open_drop(database.pool(), DropOptions::default()).await;
    sqlx::query("update drops set state = 'scheduled'").execute(database.pool()).await.unwrap();
    stored.drop_id.to_string()
}

fn lanes(env: &BTreeMap<String, String>, drop_id: &str, more: &[&str]) -> Result<Value, String> {
    sluice(env, &[&["lanes", drop_id], more].concat())
}

#[tokio::test]
async fn lanes_are_printed_and_set() {
    let database = TestDatabase::create().await;
    let (env, drop_id) = (env_of(&database), scheduled(&database).await);
    let alone = lanes(&env, &drop_id, &[]).unwrap();
    assert_eq!(alone["lanes"], json!([{ "lane": 0, "name": null, "share_percent": 100 }]));

    let set = ["--set", "2:5:Friends", "--set", "1:20:Early access", "--why", "a launch"];
    let shown = lanes(&env, &drop_id, &set).unwrap();
    let expected = json!([
        { "lane": 0, "name": null, "share_percent": 75 },
        { "lane": 1, "name": "Early access", "share_percent": 20 },
        { "lane": 2, "name": "Friends", "share_percent": 5 },
    ]);
    assert_eq!(shown["lanes"], expected);
    let written: (String, String) =
        sqlx::query_as("select actor, why from audit_log where action = 'drop.lanes'")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert_eq!(written, ("console".to_owned(), "a launch".to_owned()));

    for wrong in ["4:5:A", "1:91:A", "1:5: ", "1:5", "one"] {
        assert!(lanes(&env, &drop_id, &["--set", wrong, "--why", "x"]).is_err(), "{wrong}");
    }
    let too_much = ["--set", "1:60:A", "--set", "2:31:B", "--why", "x"];
    assert!(lanes(&env, &drop_id, &too_much).unwrap_err().contains("90 percent"));
    assert!(lanes(&env, &drop_id, &["--set", "1:5:A"]).is_err(), "without why");
    let none = lanes(&env, &drop_id, &["--none", "--why", "x"]).unwrap();
    assert_eq!(none["lanes"], alone["lanes"]);
}

#[tokio::test]
async fn codes_are_made_listed_and_revoked() {
    let database = TestDatabase::create().await;
    let (env, drop_id) = (env_of(&database), scheduled(&database).await);
    let make = ["codes", "make", drop_id.as_str(), "--count", "3", "--label", "Staff"];
    let made = sluice(&env, &make).unwrap();
    let codes = made["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 3);
    assert!(sluice(&env, &make).unwrap_err().contains("label"), "it is taken");

    let code = codes[0].as_str().unwrap();
    let revoke = ["codes", "revoke", drop_id.as_str(), "--why", "lost"];
    let one = sluice(&env, &[&revoke[..], &["--code", code]].concat()).unwrap();
    assert_eq!(one, json!({ "revoked": 1 }));
    let listed = sluice(&env, &["codes", "list", drop_id.as_str()]).unwrap();
    assert_eq!((&listed[0]["count"], &listed[0]["revoked"]), (&json!(3), &json!(1)));
    assert!(!listed.to_string().contains(code), "{listed}");
    let rest = sluice(&env, &[&revoke[..], &["--label", "Staff"]].concat()).unwrap();
    assert_eq!(rest, json!({ "revoked": 2 }));
    assert!(sluice(&env, &revoke).is_err(), "neither a label nor a code");
}
