//! How likely a unit is, as everybody hears it before they join.

use crate::{
    answer::text,
    shop::{NOBODY, SOON, Shop},
    site::site_body,
    variants::{create, product},
};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use testkit::wait_until;
use uuid::Uuid;

async fn execute(shop: &Shop, sql: impl Into<String>) {
    sqlx::query(AssertSqlSafe(sql.into())).execute(&shop.app.pool).await.unwrap();
}

/// Writes that so many wait for a drop at this moment, as the workers do, and that nothing is sold.
async fn write_waiting(shop: &Shop, drop_id: &str, waiting: i32) {
    sqlx::query(
        "insert into drop_history (drop_id, step_s, at, waiting, admitted, placed, confirmed, lost, held,
             sold, available, revenue_minor, admission_rate_per_second, provider_errors, breaker)
         values ($1, 1, now(), $2, 0, 0, 0, 0, 0, 0, 0, 0, 50, 0, 0)",
    )
    .bind(drop_id.parse::<Uuid>().unwrap())
    .bind(waiting)
    .execute(&shop.app.pool)
    .await
    .unwrap();
}

/// Waits until a drop is shown with this in a field, and with these odds. What is shown may be a second old.
async fn sees(shop: &Shop, drop_id: &str, (field, value): (&str, &str), odds: &Value) {
    let path = format!("/v1/drops/{drop_id}");
    wait_until(&format!("{field} {value} with odds {odds}"), SOON, async || {
        let seen = shop.get(&path, &NOBODY).await.expect(200);
        let told = seen.get("odds_percent").expect("a drop has odds, or null");
        (seen[field] == value && told == odds).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_at_an_open_drop_hears_how_likely_a_unit_is() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    write_waiting(&shop, &drop_id, 10).await;
    sees(&shop, &drop_id, ("state", "scheduled"), &Value::Null).await;
    execute(&shop, "update drops set state = 'open'").await;
    let open = ("state", "open");
    sees(&shop, &drop_id, open, &json!(95)).await;
    for (n_waiting, odds) in [(125, 50), (1000, 0)] {
        write_waiting(&shop, &drop_id, n_waiting).await;
        sees(&shop, &drop_id, open, &json!(odds)).await;
    }

    let list = shop.get("/v1/drops", &NOBODY).await.expect(200);
    assert!(list["data"][0].get("odds_percent").is_none(), "a list has none");
    execute(&shop, "update drop_history set at = at - interval '3 minutes'").await;
    sees(&shop, &drop_id, open, &Value::Null).await;
}

#[tokio::test]
async fn no_odds_are_told_where_nobody_may_join() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    execute(&shop, "update drops set state = 'open'").await;
    for (mode, odds) in [
        ("running", json!(95)),
        ("drain", Value::Null),
        ("paused", json!(95)),
        ("maintenance", Value::Null),
        ("hold", json!(95)),
        ("stopped", Value::Null),
    ] {
        write_waiting(&shop, &drop_id, 10).await;
        execute(&shop, format!("update drops set mode = '{mode}'")).await;
        sees(&shop, &drop_id, ("mode", mode), &odds).await;
    }
}

#[tokio::test]
async fn no_odds_are_told_where_it_is_not_known_how_many_wait_for_the_same() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cup = product(&shop, &seller, ["EUR", "EUR"]).await;
    let several = text(&create(&shop, &seller, &cup, [4, 7], |_| {}).await.expect(201), "id");
    let with_lanes = shop.drop_of(&seller).await;
    let lanes = json!({ "lanes": [{ "lane": 1, "name": "Early", "share_percent": 20 }] });
    let path = format!("/v1/seller/drops/{with_lanes}/lanes");
    shop.put(&path, &seller.who, &lanes).await.expect(200);
    let usual = shop.drop_of(&seller).await;
    execute(&shop, "update drops set state = 'open'").await;
    for (drop_id, odds) in
        [(&several, Value::Null), (&with_lanes, Value::Null), (&usual, json!(95))]
    {
        write_waiting(&shop, drop_id, 0).await;
        sees(&shop, drop_id, ("state", "open"), &odds).await;
    }
}

#[tokio::test]
async fn a_site_has_odds_only_where_there_is_an_end_of_its_visits() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for (max_visits, odds) in [(Value::Null, Value::Null), (json!(100), json!(50))] {
        let mut body = site_body();
        body["max_visits"] = max_visits;
        let made = shop.post("/v1/seller/sites", &seller.who, &body).await.expect(201);
        let drop_id = text(&made, "id");
        execute(&shop, "update drops set state = 'open'").await;
        write_waiting(&shop, &drop_id, 125).await;
        sees(&shop, &drop_id, ("state", "open"), &odds).await;
    }
}
