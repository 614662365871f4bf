//! AUDIT-1: every change of limits, mode and stock has exactly one audit row, in its transaction.

use crate::shop::{Shop, Who, in_hours};
use futures_util::future::join_all;
use serde_json::{Value, json};

async fn audit(shop: &Shop, operator: &Who, drop_id: &str) -> Vec<Value> {
    let path = format!("/v1/operator/audit?drop_id={drop_id}&limit=100");
    shop.get(&path, operator).await.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_change_raises_the_version_and_is_written_down_once() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let base = format!("/v1/operator/drops/{drop_id}");
    let limits = format!("{base}/limits");
    assert_eq!(shop.get(&limits, &operator).await.expect(200)["limits_version"], 1);

    let slower = json!({ "admission_rate_per_second": 0.5, "why": "provider is slow" });
    let changed = shop.patch(&limits, &operator, &slower).await.expect(200);
    assert_eq!(changed["limits_version"], 2);
    assert_eq!(changed["admission_rate_per_second"], 0.5);
    assert_eq!(changed["occupancy_cap"], 1000, "what was left out stays");
    let again = shop.patch(&limits, &operator, &slower).await.expect(200);
    assert_eq!(again["limits_version"], 2, "what changes nothing is no change");

    let pause = json!({ "why": "incident", "message": "Back in a minute" });
    let paused = shop.post(&format!("{base}/pause"), &operator, &pause).await.expect(200);
    assert_eq!((&paused["mode"], &paused["limits_version"]), (&json!("paused"), &json!(3)));
    let seen = shop.get(&format!("/v1/drops/{drop_id}"), &operator).await.expect(200);
    assert_eq!((&seen["mode"], &seen["message"]), (&json!("paused"), &json!("Back in a minute")));
    let why = json!({ "why": "over" });
    let running = shop.post(&format!("{base}/resume"), &operator, &why).await.expect(200);
    assert_eq!((&running["mode"], &running["message"]), (&json!("running"), &Value::Null));
    shop.post(&format!("{base}/emergency-stop"), &operator, &why).await.expect(200);

    let rows = audit(&shop, &operator, &drop_id).await;
    let actions: Vec<_> = rows.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        ["drop.emergency_stop", "drop.resume", "drop.pause", "drop.limits", "drop.create"]
    );
    let row = &rows[3];
    assert_eq!((&row["actor"], &row["why"]), (&json!("operator:ann"), &json!("provider is slow")));
    assert_eq!(row["old"]["limits"]["admission_rate_per_second"], 50.0);
    assert_eq!(row["new"]["limits"]["admission_rate_per_second"], 0.5);
}

#[tokio::test]
async fn each_act_of_a_seller_on_a_drop_is_written_down_once() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let (base, own) = (format!("/v1/seller/drops/{drop_id}"), &seller.who);
    let lanes = json!({ "lanes": [{ "lane": 1, "name": "Early", "share_percent": 20 }] });
    shop.put(&format!("{base}/lanes"), own, &lanes).await.expect(200);
    shop.patch(&base, own, &json!({ "title": "Saturday drop" })).await.expect(200);
    for (act, body, status) in [
        ("codes", json!({ "lane": 1, "count": 2, "label": "Friends" }), 201),
        ("codes/revoke", json!({ "label": "Friends", "why": "leaked" }), 200),
        ("schedule", json!({ "opens_at": in_hours(3), "closes_at": in_hours(4) }), 200),
        ("pause", json!({ "why": "rain" }), 200),
        ("resume", json!({ "why": "sun" }), 200),
        ("cancel", json!({ "reason": "a storm" }), 200),
    ] {
        shop.post(&format!("{base}/{act}"), own, &body).await.expect(status);
    }

    let rows = audit(&shop, &operator, &drop_id).await;
    let actions: Vec<_> = rows.iter().rev().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "drop.create",
            "drop.lanes",
            "drop.edit",
            "drop.codes",
            "drop.codes_revoke",
            "drop.schedule",
            "drop.pause",
            "drop.resume",
            "drop.cancel"
        ]
    );
    let by_seller = |row: &Value| row["actor"].as_str().unwrap().starts_with("seller:");
    assert!(rows.iter().all(by_seller), "{rows:?}");
}

#[tokio::test]
async fn changes_at_once_have_a_row_and_a_version_each() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    let changes = (1..=8).map(|rate| {
        let (shop, operator, path) = (&shop, &operator, &path);
        async move {
            let body = json!({ "order_rate_per_second": rate, "why": "at once" });
            shop.patch(path, operator, &body).await.expect(200)["limits_version"].as_i64().unwrap()
        }
    });
    let mut versions = join_all(changes).await;
    versions.sort_unstable();
    assert_eq!(versions, (2..=9).collect::<Vec<_>>());
    assert_eq!(audit(&shop, &operator, &drop_id).await.len(), 9);
}

#[tokio::test]
async fn a_drop_that_is_over_keeps_its_limits() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let over = "update drops set state = 'sold_out', ended_at = now()";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    let body = json!({ "occupancy_cap": 5, "why": "too late" });
    shop.patch(&path, &operator, &body).await.expect_problem(409, "drop_wrong_state");
    assert_eq!(audit(&shop, &operator, &drop_id).await.len(), 1);
}

#[tokio::test]
async fn a_changed_order_rate_gives_no_second_burst() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    // The bucket of 200/s is used up: 20 at 5 ms each lie ahead.
    let used = "update order_paces set rate = 200,
        tat_us = extract(epoch from clock_timestamp()) * 1e6 + 1e5";
    sqlx::query(used).execute(&shop.app.pool).await.unwrap();
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    let body = json!({ "order_rate_per_second": 20, "why": "slower" });
    shop.patch(&path, &operator, &body).await.expect(200);
    let ahead_us: f64 = shop
        .database
        .scalar(
            "select (tat_us - extract(epoch from clock_timestamp()) * 1e6)::float8
             from order_paces",
        )
        .await;
    // At most the burst of 20/s, which is 2 at 50 ms each; at least what was left, scaled.
    assert!(ahead_us <= 100_000.0, "{ahead_us}");
}

#[tokio::test]
async fn the_log_cannot_be_changed() {
    let shop = Shop::open().await;
    shop.seller().await;
    let forged = sqlx::query("update audit_log set why = 'nothing happened'");
    assert!(forged.execute(&shop.app.pool).await.is_err());
}
