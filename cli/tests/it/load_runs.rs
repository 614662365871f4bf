//! Crowds of the load lab from the console.

use crate::command::{env_of, sluice};
use database::load_runs;
use serde_json::json;
use shared::ids::LoadRunId;
use testkit::TestDatabase;

#[tokio::test]
async fn a_crowd_is_asked_for_listed_shown_and_called_off() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let ask = ["load-runs", "ask", "--preset", "two_hot_drops", "--units", "50", "--why", "a test"];
    let run = sluice(&env, &ask).unwrap();
    assert_eq!((&run["state"], &run["shoppers"]), (&json!("waiting"), &json!(1_000)));
    assert_eq!((&run["preset"], &run["units"]), (&json!("two_hot_drops"), &json!(50)));
    assert!(sluice(&env, &ask).unwrap_err().contains("another run"), "one at a time");

    let id = run["id"].as_str().unwrap();
    load_runs::take(database.pool(), id.parse().unwrap(), "crowd").await.unwrap();
    let shown = sluice(&env, &["load-runs", "show", id]).unwrap();
    assert_eq!((&shown["state"], &shown["judgements"]), (&json!("running"), &json!([])));
    let cancelled = sluice(&env, &["load-runs", "cancel", id, "--why", "enough"]).unwrap();
    assert_eq!(cancelled["state"], "cancelled");
    let listed = sluice(&env, &["load-runs", "list"]).unwrap();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &run["id"]));
    let actors: Vec<String> = database
        .scalar("select array_agg(actor || ' ' || action order by id) from audit_log")
        .await;
    assert_eq!(actors, ["console load_run.ask", "console load_run.cancel"]);

    let nobodys = LoadRunId::generate().to_string();
    assert!(sluice(&env, &["load-runs", "show", &nobodys]).is_err());
    assert!(sluice(&env, &["load-runs", "ask", "--preset", "stampede", "--why", "x"]).is_err());
}

#[tokio::test]
async fn no_crowd_is_asked_for_where_the_settings_allow_none() {
    let database = TestDatabase::create().await;
    let mut env = env_of(&database);
    env.insert("SLUICE_STOREFRONT__LOAD_LAB".to_owned(), "never".to_owned());
    let ask = ["load-runs", "ask", "--preset", "spike", "--why", "a test"];
    assert!(sluice(&env, &ask).unwrap_err().contains("storefront.load_lab"));
}
