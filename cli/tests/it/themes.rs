//! The look of a seller's pages from the console.

use crate::command::{env_of, sluice};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::{
    TestDatabase,
    stored::{DropOptions, store_open_drop},
};

fn theme(env: &BTreeMap<String, String>, seller_id: &str, more: &[&str]) -> Result<Value, String> {
    sluice(env, &[&["theme", seller_id], more].concat())
}

#[tokio::test]
async fn a_theme_is_printed_and_set() {
    let database = TestDatabase::create().await;
    let stored = store_open_drop(database.pool(), DropOptions::default()).await;
    let (env, seller_id) = (env_of(&database), stored.seller_id.to_string());
    let drop_id = stored.drop_id.to_string();
    let bare = theme(&env, &seller_id, &[]).unwrap();
    assert_eq!((&bare["accent"], &bare["tagline"]), (&Value::Null, &Value::Null));

    let texts = ["--tagline", "Lamps", "램프", "--why", "a launch"];
    let set = [&["--accent", "#0B6670"], &texts[..]].concat();
    let shown = theme(&env, &seller_id, &set).unwrap();
    assert_eq!(shown["accent"], "#0b6670");
    assert_eq!(shown["tagline"], json!({ "en": "Lamps", "ko": "램프" }));
    let banded = theme(&env, &seller_id, &["--band", "#12262b", "--why", "dark"]).unwrap();
    assert_eq!((&banded["accent"], &banded["band"]), (&json!("#0b6670"), &json!("#12262b")));
    let of_drop = ["--drop", &drop_id, "--accent", "#3b4cca", "--why", "its own"];
    let own = theme(&env, &seller_id, &of_drop).unwrap();
    assert_eq!((&own["accent"], &own["band"]), (&json!("#3b4cca"), &Value::Null));

    let faint = theme(&env, &seller_id, &["--accent", "#ffcc00", "--why", "x"]).unwrap_err();
    assert!(faint.contains("needs 4.5:1"), "{faint}");
    for wrong in [
        &["--accent", "red", "--why", "x"][..],
        &["--tagline", "Lamps", "--why", "x"],
        &["--tagline", "Lamps", " ", "--why", "x"],
        &["--band", "#12262b"],
    ] {
        assert!(theme(&env, &seller_id, wrong).is_err(), "{wrong:?}");
    }
    assert!(theme(&env, &drop_id, &["--plain", "--why", "x"]).unwrap_err().contains("no such"));

    let plain = theme(&env, &seller_id, &["--plain", "--why", "over"]).unwrap();
    assert_eq!((&plain["accent"], &plain["tagline"]), (&Value::Null, &Value::Null));
    let whys: Vec<String> = sqlx::query_scalar(
        "select why from audit_log where action = 'theme.edit' and actor = 'console' order by id",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(whys, ["a launch", "dark", "its own", "over"]);
}
