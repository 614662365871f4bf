//! A site is protected by one command, and passes to it end by others.

use crate::command::{env_of, sluice};
use serde_json::{Value, json};
use shared::ids::{DropId, SellerId, TicketId};
use std::{fmt::Debug, str::FromStr, time::Duration};
use testkit::{TestApp, TestDatabase, app::TestDrop, wait_until};

const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until a site's line is open.
pub(crate) async fn opened(app: &TestApp, site: &Value) -> TestDrop {
    let id: DropId = parse(&site["drop_id"]);
    let path = format!("/v1/drops/{id}");
    let body = wait_until("open line", PATIENCE, async || {
        let reply = app.storefront().get(&path).await;
        (reply.body["state"] == "open").then_some(reply.body)
    })
    .await;
    TestDrop {
        id,
        seller_id: parse(&site["seller_id"]),
        product_id: parse(&body["product"]["id"]),
        variant_id: parse(&body["variants"][0]["id"]),
        body,
    }
}

fn parse<T: FromStr<Err: Debug>>(id: &Value) -> T {
    id.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_protected_site_lets_people_in_and_the_console_ends_their_passes() {
    let app = TestApp::start().await;
    let env = app.world.fleet.service_env();
    let protect = ["protect", "https://shop.example", "--per-minute", "60000", "--max-inside", "1"];
    let site = sluice(&env, &protect).unwrap();
    let flash_drop = opened(&app, &site).await;
    let drop_id = flash_drop.id.to_string();
    let (first, second) = (app.shopper().await, app.shopper().await);

    let one = first.join(&flash_drop).await.ticket_id.to_string();
    first.wait_order("passed").await;
    let two = second.join(&flash_drop).await.ticket_id.to_string();
    let ended = sluice(&env, &["pass", "end", &drop_id, &one]).unwrap();
    assert_eq!(ended["ended"], json!([one]));
    first.wait_order("visited").await;
    assert_eq!(sluice(&env, &["pass", "end", &drop_id, &one]).unwrap()["ended"], json!([]));

    second.wait_order("passed").await;
    let revoke = ["pass", "revoke", &drop_id, &two, "--why", "a stolen phone"];
    assert_eq!(sluice(&env, &revoke).unwrap()["revoked"], two);
    second.wait_order("revoked").await;
    assert!(sluice(&env, &revoke).unwrap_err().contains("is over: revoked"));
    let nobodys = TicketId::generate().to_string();
    let refusal = sluice(&env, &["pass", "revoke", &drop_id, &nobodys, "--why", "x"]).unwrap_err();
    assert!(refusal.contains("gave no pass"), "{refusal}");
}

#[tokio::test]
async fn what_a_site_is_protected_with_is_kept() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let limits = ["--per-minute", "30", "--max-inside", "50", "--pass-seconds", "600"];
    let protect = |more: &[&str]| {
        let start = ["protect", "https://shop.example/sale"];
        sluice(&env, &[start.as_slice(), limits.as_slice(), more].concat())
    };
    let site =
        protect(&["--title", "Sale", "--return-origin", "https://www.shop.example"]).unwrap();
    assert!(site["seller_key"].as_str().unwrap().starts_with("sk_"), "{site}");
    let kept: (String, String, Vec<String>, f64, i32, i32) = sqlx::query_as(
        "select title, site_url, return_origins, admission_rate_per_second, occupancy_cap,
             hold_seconds from drops",
    )
    .fetch_one(database.pool())
    .await
    .unwrap();
    let origins = vec!["https://www.shop.example".to_owned()];
    let url = "https://shop.example/sale/".to_owned();
    assert_eq!(kept, ("Sale".to_owned(), url, origins, 0.5, 50, 600));

    let seller_id = site["seller_id"].as_str().unwrap();
    let another = protect(&["--seller-id", seller_id, "--no-presence"]).unwrap();
    assert_eq!((&another["seller_id"], &another["seller_key"]), (&site["seller_id"], &Value::Null));
    let presence = "select array_agg(presence order by created_at) from drops";
    assert_eq!(database.scalar::<Vec<bool>>(presence).await, [true, false]);
    assert!(protect(&["--seller-id", &SellerId::generate().to_string()]).is_err());
    assert!(protect(&["--closes-at", "2020-01-01T00:00:00Z"]).is_err(), "it is over");
    let nowhere = ["protect", "shop.example", "--per-minute", "1", "--max-inside", "1"];
    assert!(sluice(&env, &nowhere).is_err());
    assert!(protect(&["--return-origin", "https://www.shop.example/sale"]).is_err(), "no origin");
    let n_drops: i64 = database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 2);
}

#[tokio::test]
async fn a_site_that_counts_people_in_by_hand_has_no_rate() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let protect = |more: &[&str]| {
        sluice(&env, &[["protect", "https://shop.example"].as_slice(), more].concat())
    };
    let site = protect(&["--manual"]).unwrap();
    let kept: (bool, i32, i64) = sqlx::query_as(
        "select manual, hold_seconds, serving_counter
         from drops join aws_rooms on drop_id = id",
    )
    .fetch_one(database.pool())
    .await
    .unwrap();
    assert_eq!(kept, (true, 900, 0));
    let drop_id = site["drop_id"].as_str().unwrap();
    let count_in = |by: &str| sluice(&env, &["count-in", drop_id, by]);
    assert_eq!(count_in("50").unwrap()["serving"], 50);
    assert_eq!(count_in("-20").unwrap()["serving"], 30);
    assert!(count_in("2147483649").is_err());
    let nobodys = DropId::generate().to_string();
    let refusal = sluice(&env, &["count-in", &nobodys, "1"]).unwrap_err();
    assert!(refusal.contains("by hand"), "{refusal}");
    let written: i64 = database
        .scalar(
            "select count(*) from audit_log where action = 'aws.increment' and actor = 'console'",
        )
        .await;
    assert_eq!(written, 2);
    assert!(sluice(&env, &["count-in", drop_id]).is_err(), "neither a number nor a reset");
    assert!(sluice(&env, &["count-in", drop_id, "5", "--reset"]).is_err());
    assert!(protect(&["--manual", "--per-minute", "30"]).is_err());
    assert!(protect(&["--manual", "--members-only"]).is_err());
    assert!(protect(&["--per-minute", "30"]).is_err(), "max-inside is missing");
    let n_drops: i64 = database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 1);
}

#[tokio::test]
async fn counting_begins_anew_with_those_who_come_then() {
    let app = TestApp::start().await;
    let env = app.world.fleet.service_env();
    let site = sluice(&env, &["protect", "https://shop.example", "--manual"]).unwrap();
    let flash_drop = opened(&app, &site).await;
    let drop_id = flash_drop.id.to_string();
    let count_in = |what: &str| sluice(&env, &["count-in", &drop_id, what]).unwrap();
    let (first, second, third) = (app.shopper().await, app.shopper().await, app.shopper().await);
    first.join(&flash_drop).await;
    second.join(&flash_drop).await;
    assert_eq!(count_in("1")["serving"], 1);
    first.wait_order("passed").await;

    assert_eq!(count_in("--reset")["serving"], 0);
    first.wait_order("visited").await;
    third.join(&flash_drop).await;
    assert_eq!(count_in("1")["serving"], 1);
    third.wait_order("passed").await;
    let ticket = format!("/v1/drops/{drop_id}/ticket");
    wait_until("end of the line before", PATIENCE, async || {
        let reply = second.admission().get(&ticket).await;
        (reply.body["state"] == "closed").then_some(())
    })
    .await;

    let nobodys = DropId::generate().to_string();
    let refusal = sluice(&env, &["count-in", &nobodys, "--reset"]).unwrap_err();
    assert!(refusal.contains("by hand"), "{refusal}");
}

#[tokio::test]
async fn what_a_gate_does_on_failure_is_printed_and_set() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let start = ["protect", "https://shop.example", "--per-minute", "30", "--max-inside", "50"];
    let protect = |more: &[&str]| sluice(&env, &[start.as_slice(), more].concat());
    for wrong in [
        &["--on-failure", "open"][..],
        &["--on-failure", "hold", "--open-per-minute", "5"],
        &["--on-failure", "open", "--open-per-minute", "0"],
        &["--on-failure", "open", "--open-per-minute", "5", "--members-only"],
        &["--on-failure", "shut"],
    ] {
        assert!(protect(wrong).is_err(), "{wrong:?}");
    }
    let site = protect(&["--on-failure", "open", "--open-per-minute", "5"]).unwrap();
    let drop_id = site["drop_id"].as_str().unwrap();
    let policy = |more: &[&str]| sluice(&env, &[&["failure-policy", drop_id], more].concat());
    let told = policy(&[]).unwrap();
    assert_eq!((&told["policy"], &told["per_minute"]), (&json!("open"), &json!(5)));
    assert_eq!(told["let_through"], 0);

    let told = policy(&["--set", "hold", "--why", "a test"]).unwrap();
    assert_eq!((&told["policy"], &told["per_minute"]), (&json!("hold"), &Value::Null));
    let written: (String, String) =
        sqlx::query_as("select actor, why from audit_log where action = 'drop.failure_policy'")
            .fetch_one(database.pool())
            .await
            .unwrap();
    assert_eq!(written, ("console".to_owned(), "a test".to_owned()));
    for wrong in [
        &["--set", "hold"][..],
        &["--set", "open", "--why", "x"],
        &["--per-minute", "5", "--why", "x"],
    ] {
        assert!(policy(wrong).is_err(), "{wrong:?}");
    }
}
