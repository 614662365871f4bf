//! Crowds that operators ask for, and the agent that sends them.

use crate::{
    answer::text,
    shop::{Shop, Who},
};
use serde_json::{Value, json};
use testkit::TestRedis;
use uuid::Uuid;

const RUNS: &str = "/v1/operator/load-runs";

fn crowd() -> Value {
    json!({ "preset": "late_surge", "shoppers": 300, "units": 50, "why": "before the launch" })
}

/// The path of a run that was asked for and taken.
async fn taken(shop: &Shop, operator: &Who) -> String {
    let run = shop.post(RUNS, operator, &crowd()).await.expect(201);
    let path = format!("{RUNS}/{}", text(&run, "id"));
    let agent = json!({ "agent": "crowd-1" });
    let run = shop.post(&format!("{path}/take"), operator, &agent).await.expect(200);
    assert_eq!((&run["state"], &run["agent"]), (&json!("running"), &json!("crowd-1")));
    path
}

fn progress(drops: &[String]) -> Value {
    json!({ "drop_ids": drops, "joined": 300, "admitted": 40, "paid": 20, "done": 30 })
}

#[tokio::test]
async fn an_operator_asks_for_a_crowd_and_sees_how_it_goes_and_what_was_found() {
    let shop = Shop::open().await;
    let (seller, operator, viewer) =
        (shop.seller().await, shop.operator().await, shop.viewer().await);
    let path = taken(&shop, &operator).await;
    shop.post(RUNS, &operator, &crowd()).await.expect_problem(409, "load_run_busy");
    let drop_id = shop.drop_of(&seller).await;
    let tell = format!("{path}/progress");
    shop.post(&tell, &operator, &progress(std::slice::from_ref(&drop_id))).await.expect(204);
    let listed = shop.get(RUNS, &viewer).await.expect(200);
    assert_eq!(listed["is_allowed"], true);
    let run = &listed["data"][0];
    assert_eq!((&run["joined"], &run["drop_ids"]), (&json!(300), &json!([drop_id])));
    assert_eq!((&run["preset"], &run["asked_by"]), (&json!("late_surge"), &json!("operator:ann")));

    let judgement = |rule: &str, verdict: &str| json!({ "drop_id": drop_id, "rule": rule, "verdict": verdict, "detail": "50 units" });
    let found = [judgement("STOCK-1", "pass"), judgement("CROWD-2", "fail")];
    let finish = format!("{path}/finish");
    shop.post(&finish, &operator, &json!({ "judgements": found })).await.expect(200);
    let run = shop.get(&path, &viewer).await.expect(200);
    assert_eq!(run["state"], "failed");
    let meanings = run["judgements"].as_array().unwrap().iter().map(|found| &found["meaning"]);
    let wanted = [json!("never oversold"), json!("99 of 100 joins are answered in time")];
    assert!(meanings.eq(wanted.iter()), "{run}");
    let log = shop.get("/v1/operator/audit", &operator).await.expect(200);
    let actions = log["data"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap());
    let of_run: Vec<_> = actions.filter(|action| action.starts_with("load_run.")).collect();
    assert_eq!(of_run, ["load_run.end", "load_run.ask"]);
}

#[tokio::test]
async fn a_crowd_is_sent_through_no_drop_that_was_there_before() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let real = shop.drop_of(&seller).await;
    let path = taken(&shop, &operator).await;
    let told = shop.post(&format!("{path}/progress"), &operator, &progress(&[real])).await;
    told.expect_problem(409, "not_a_test_drop");
}

#[tokio::test]
async fn a_run_that_is_cancelled_takes_nothing_from_its_agent() {
    let shop = Shop::open().await;
    let operator = shop.operator().await;
    let path = taken(&shop, &operator).await;
    let (cancel, why) = (format!("{path}/cancel"), json!({ "why": "enough" }));
    let run = shop.post(&cancel, &operator, &why).await.expect(200);
    assert_eq!(run["state"], "cancelled");
    for (act, body) in [
        ("take", json!({ "agent": "crowd-1" })),
        ("progress", progress(&[])),
        ("finish", json!({ "fault": "no drop" })),
        ("cancel", why),
    ] {
        let answer = shop.post(&format!("{path}/{act}"), &operator, &body).await;
        answer.expect_problem(409, "load_run_wrong_state");
    }
    let nobodys = format!("{RUNS}/{}", Uuid::now_v7());
    shop.get(&nobodys, &operator).await.expect_problem(404, "load_run_not_found");
}

#[tokio::test]
async fn where_the_settings_allow_no_crowds_none_can_be_asked_for() {
    let redis = TestRedis::create().await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_STOREFRONT__LOAD_LAB", "never".to_owned()),
    ])
    .await;
    let operator = shop.operator().await;
    shop.post(RUNS, &operator, &crowd()).await.expect_problem(403, "load_lab_off");
    let take = format!("{RUNS}/{}/take", Uuid::now_v7());
    let agent = json!({ "agent": "crowd-1" });
    shop.post(&take, &operator, &agent).await.expect_problem(403, "load_lab_off");
    assert_eq!(shop.get(RUNS, &operator).await.expect(200)["is_allowed"], false);
}

#[tokio::test]
async fn crowds_that_are_none_are_refused_with_each_field_that_is_wrong() {
    let shop = Shop::open().await;
    let operator = shop.operator().await;
    let mut body = crowd();
    body["shoppers"] = json!(20_001);
    body["units"] = json!(0);
    body["why"] = json!(" ");
    let answer = shop.post(RUNS, &operator, &body).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["/shoppers", "/units", "/why"]);
    let mut unknown = crowd();
    unknown["preset"] = json!("stampede");
    shop.post(RUNS, &operator, &unknown).await.expect_problem(400, "invalid_body");
}
