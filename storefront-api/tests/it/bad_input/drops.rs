//! Bad values of a drop.

use crate::shop::{Shop, drop_body, in_hours};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where a drop has the units of its first variant.
const UNITS: &str = "/variants/0/units";

/// Field, value, status, code, where the fault is.
type Case = (&'static str, Value, u16, &'static str, &'static str);

fn lane(lane: i32, share_percent: i32) -> Value {
    json!({ "lane": lane, "name": "Early", "share_percent": share_percent })
}

/// So many units of a variant of its own.
fn variant(units: i32) -> Value {
    json!({ "variant_id": Uuid::now_v7(), "units": units })
}

/// Sets a field of a body: one at its top, or by a JSON pointer one that is there.
fn set(body: &mut Value, field: &str, value: Value) {
    match body.pointer_mut(field) {
        Some(place) => *place = value,
        None => body[field] = value,
    }
}

fn drop_cases() -> Vec<Case> {
    let (body, fields, twice) = ("invalid_body", "invalid_fields", variant(5));
    vec![
        (UNITS, json!(0), 422, fields, UNITS),
        (UNITS, json!(-1), 422, fields, UNITS),
        (UNITS, json!(10_000_001), 422, fields, UNITS),
        (UNITS, json!(9_223_372_036_854_775_808_u64), 400, body, UNITS),
        (UNITS, json!(1.5), 400, body, UNITS),
        (UNITS, json!("1"), 400, body, UNITS),
        (UNITS, json!(null), 400, body, UNITS),
        (UNITS, json!([1]), 400, body, UNITS),
        ("max_units_per_ticket", json!(0), 422, fields, "/max_units_per_ticket"),
        ("max_units_per_ticket", json!(2), 422, fields, "/max_units_per_ticket"),
        ("max_units_per_customer", json!(-5), 422, fields, "/max_units_per_customer"),
        ("hold_seconds", json!(0), 422, fields, "/hold_seconds"),
        ("hold_seconds", json!(86_401), 422, fields, "/hold_seconds"),
        ("cooldown_seconds", json!(-1), 422, fields, "/cooldown_seconds"),
        ("cooldown_seconds", json!(86_401), 422, fields, "/cooldown_seconds"),
        ("admission_rate_per_second", json!(0), 422, fields, "/admission_rate_per_second"),
        ("admission_rate_per_second", json!(-1), 422, fields, "/admission_rate_per_second"),
        ("admission_rate_per_second", json!(1e300), 422, fields, "/admission_rate_per_second"),
        ("admission_rate_per_second", json!("fast"), 400, body, "/admission_rate_per_second"),
        ("occupancy_cap", json!(-1), 400, body, "/occupancy_cap"),
        ("occupancy_cap", json!(0), 422, fields, "/occupancy_cap"),
        ("occupancy_cap", json!(4_294_967_295_u32), 422, fields, "/occupancy_cap"),
        ("order_rate_per_second", json!(100_001), 422, fields, "/order_rate_per_second"),
        ("no_show_percent", json!(31), 422, fields, "/no_show_percent"),
        ("no_show_percent", json!(-1), 400, body, "/no_show_percent"),
        ("presence", json!("often"), 400, body, "/presence"),
        ("title", json!(""), 422, fields, "/title"),
        ("title", json!("a\u{0}b"), 422, fields, "/title"),
        ("title", json!("x".repeat(201)), 422, fields, "/title"),
        ("description", json!("x".repeat(5001)), 422, fields, "/description"),
        ("/variants/0/variant_id", json!("7"), 400, body, "/variants/0/variant_id"),
        ("variants", json!([]), 422, fields, "/variants"),
        (
            "variants",
            json!((0..21).map(|_| variant(1)).collect::<Vec<_>>()),
            422,
            fields,
            "/variants",
        ),
        ("variants", json!([variant(6_000_000), variant(5_000_000)]), 422, fields, "/variants"),
        ("variants", json!([twice, twice]), 422, fields, "/variants/1/variant_id"),
        ("variants", json!([{ "variant_id": Uuid::now_v7() }]), 400, body, UNITS),
        ("variants", json!({}), 400, body, "/variants"),
        ("fulfilment", json!("pass"), 422, fields, "/fulfilment"),
        ("fulfilment", json!("later"), 400, body, "/fulfilment"),
        // Every variant has its own units.
        ("variant_id", json!(Uuid::now_v7()), 400, body, "/variant_id"),
        ("units", json!(5), 400, body, "/units"),
        ("opens_at", json!("tomorrow"), 400, body, "/opens_at"),
        ("opens_at", json!("2020-01-01T00:00:00Z"), 422, fields, "/opens_at"),
        ("opens_at", json!("9999-01-01T00:00:00Z"), 422, fields, "/opens_at"),
        ("closes_at", json!("2020-01-01T00:00:00Z"), 422, fields, "/closes_at"),
        ("opens_at", json!(null), 422, fields, "/closes_at"),
        ("lanes", json!([lane(0, 5)]), 422, fields, "/lanes/0/lane"),
        ("lanes", json!([lane(4, 5)]), 422, fields, "/lanes/0/lane"),
        (
            "lanes",
            json!([{ "lane": 1, "name": " ", "share_percent": 5 }]),
            422,
            fields,
            "/lanes/0/name",
        ),
        ("lanes", json!([lane(1, 91)]), 422, fields, "/lanes/0/share_percent"),
        ("lanes", json!([lane(1, 46), lane(2, 45)]), 422, fields, "/lanes"),
        ("lanes", json!([lane(1, 5), lane(1, 5)]), 422, fields, "/lanes"),
        ("lanes", json!([lane(1, 5), lane(2, 5), lane(3, 5), lane(3, 5)]), 422, fields, "/lanes"),
        ("lanes", json!([lane(1, -1)]), 400, body, "/lanes/0/share_percent"),
        ("lanes", json!([{ "lane": 1, "share_percent": 5 }]), 400, body, "/lanes/0/name"),
        // Not for the caller to set.
        ("seller_id", json!(Uuid::now_v7()), 400, body, "/seller_id"),
        ("state", json!("open"), 400, body, "/state"),
        ("price_minor", json!(1), 400, body, "/price_minor"),
    ]
}

#[tokio::test]
async fn each_bad_value_of_a_drop_is_named() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for (field, value, status, code, at) in drop_cases() {
        let mut body = drop_body(&seller);
        set(&mut body, field, value.clone());
        let answer = shop.post("/v1/seller/drops", &seller.who, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{field} = {value}: {}",
            answer.text
        );
        assert!(answer.fields().contains(&at), "{field} = {value}: {}", answer.text);
    }
    let n_drops: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_drops, 0);
}

#[tokio::test]
async fn a_hold_is_as_long_as_the_provider_may_take_to_answer() {
    // Two calls and a second are 3.4 s.
    let shop = Shop::open_with([("SLUICE_PAYMENTS__TIMEOUT_MS", "1200".to_owned())]).await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);

    body["hold_seconds"] = json!(3);
    let refused = shop.post("/v1/seller/drops", &seller.who, &body).await;
    refused.expect_problem(422, "invalid_fields");
    assert_eq!(refused.fields(), ["/hold_seconds"]);
    assert!(refused.text.contains("at least 4,"), "{}", refused.text);

    body["hold_seconds"] = json!(4);
    shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
}

#[tokio::test]
async fn a_moment_ago_is_a_good_time_to_open() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["opens_at"] = json!(in_hours(0));
    shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
}
