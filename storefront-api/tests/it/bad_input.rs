//! Input that no sane client sends: a clear problem with a stable code, no change, no 5xx.

use crate::{
    answer::Answer,
    document::routes,
    shop::{NOBODY, Shop, TestSeller, Who, drop_body, in_hours, product_body},
};
use reqwest::{Method, header::CONTENT_TYPE};
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
async fn each_bad_value_of_a_product_is_named() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let cases: [(&str, Value, &str); 9] = [
        ("/variants/0/price_minor", json!(-1), "invalid_fields"),
        ("/variants/0/price_minor", json!(9_223_372_036_854_775_807_i64), "invalid_fields"),
        ("/variants/0/price_minor", json!(9_223_372_036_854_775_808_u64), "invalid_body"),
        ("/variants/0/price_minor", json!(12.5), "invalid_body"),
        ("/variants/0/stock", json!(-1), "invalid_fields"),
        ("/variants/0/stock", json!(2_147_483_648_u32), "invalid_body"),
        ("/variants/0/currency", json!("EURO"), "invalid_fields"),
        ("/variants/0/name", json!(" "), "invalid_fields"),
        ("/variants", json!([]), "invalid_fields"),
    ];
    for (field, value, code) in cases {
        let mut body = product_body();
        *body.pointer_mut(field).unwrap() = value.clone();
        let answer = shop.post("/v1/seller/products", &seller.who, &body).await;
        assert_eq!(answer.code(), code, "{field} = {value}: {}", answer.text);
        assert_eq!(answer.fields(), [field], "{field} = {value}");
    }
}

#[tokio::test]
async fn each_bad_limit_is_named() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    for (body, code) in [
        (json!({ "why": "nothing" }), "invalid_fields"),
        (json!({ "occupancy_cap": 5 }), "invalid_body"),
        (json!({ "occupancy_cap": 5, "why": " " }), "invalid_fields"),
        (json!({ "occupancy_cap": 0, "why": "none" }), "invalid_fields"),
        (json!({ "admission_rate_per_second": -0.0, "why": "none" }), "invalid_fields"),
        (json!({ "order_rate_per_second": 1e9, "why": "all" }), "invalid_fields"),
        (json!({ "no_show_percent": 31, "why": "more" }), "invalid_fields"),
        (json!({ "mode": "running", "why": "sneaky" }), "invalid_body"),
    ] {
        assert_eq!(shop.patch(&path, &operator, &body).await.code(), code, "{body}");
    }
    let without_why = shop.patch(&path, &operator, &json!({ "occupancy_cap": 5 })).await;
    assert_eq!(without_why.fields(), ["/why"], "{}", without_why.text);
    let limits = shop.get(&path, &operator).await.expect(200);
    assert_eq!(limits["limits_version"], 1, "nothing was changed");
}

#[tokio::test]
async fn bodies_that_are_none_are_refused_on_every_route() {
    let shop = Shop::open().await;
    let people = People::of(&shop).await;
    let garbage: [(&str, &str, &[u8]); 9] = [
        ("empty", "application/json", b""),
        ("not JSON", "application/json", b"{"),
        ("an array", "application/json", b"[]"),
        ("null", "application/json", b"null"),
        ("two objects", "application/json", b"{}{}"),
        ("not UTF-8", "application/json", b"{\"why\":\"\xff\"}"),
        ("an unknown field", "application/json", b"{\"__proto__\":1}"),
        ("a form", "application/x-www-form-urlencoded", b"why=x"),
        ("plain text", "text/plain", b"{}"),
    ];
    for route in routes().into_iter().filter(|route| route.method != "GET") {
        for (name, content_type, bytes) in garbage {
            let answer = people.send(&shop, &route, content_type, bytes.to_vec()).await;
            assert!(answer.status.as_u16() < 500, "{name} at {route:?}: {}", answer.text);
            let no_body = [
                "/v1/session",
                "/v1/console/session",
                "/v1/orders/{order_id}/cancel",
                "/v1/gate/{drop_id}/leave",
            ];
            let reads_none = route.method == "DELETE" || no_body.contains(&route.path.as_str());
            if !reads_none {
                assert!(answer.status.is_client_error(), "{name} at {route:?}: {}", answer.text);
                assert!(!answer.code().is_empty(), "{name} at {route:?}: {}", answer.text);
            }
        }
        let huge = format!("{{\"why\":\"{}\"}}", "x".repeat(20_000)).into_bytes();
        let answer = people.send(&shop, &route, "application/json", huge).await;
        assert!(answer.status.as_u16() < 500, "huge at {route:?}: {}", answer.text);
        // A picture may be larger than this, and is none if it is JSON.
        let takes_a_picture = route.path.ends_with("/picture") || route.path.ends_with("/logo");
        if matches!(
            route.role.as_str(),
            "seller_key" | "operator_key" | "admin_key" | "psp_signature"
        ) && !takes_a_picture
            && route.method != "DELETE"
        {
            assert_eq!(answer.code(), "body_too_large", "{route:?}");
        }
    }
}

#[tokio::test]
async fn deep_nesting_does_not_overflow_the_stack() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = "[".repeat(8000);
    let request = shop.request(Method::POST, "/v1/seller/products", &seller.who);
    let response = request.header(CONTENT_TYPE, "application/json").body(body).send().await;
    Answer::read(response.unwrap()).await.expect_problem(400, "invalid_body");
}

#[tokio::test]
async fn ids_and_queries_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let operator = shop.operator().await;
    for id in ["7", "%00", "..", "' or 1=1 --", "01a1fe5b-ae30-741f-b967-b57518a72e1"] {
        let answer = shop.get(&format!("/v1/drops/{id}"), &NOBODY).await;
        assert_eq!(answer.status, 404, "{id}: {}", answer.text);
    }
    for (path, code) in [
        ("/v1/drops?limit=-1", "invalid_query"),
        ("/v1/drops?limit=many", "invalid_query"),
        ("/v1/drops?limit=99999999999999", "invalid_query"),
        ("/v1/drops?limit=0", "invalid_query"),
        ("/v1/drops?limit=101", "invalid_query"),
        ("/v1/drops?limit=4294967295", "invalid_query"),
        ("/v1/operator/audit?limit=0", "invalid_query"),
        ("/v1/operator/drops?limit=1000", "invalid_query"),
        ("/v1/operator/drops?q=%00", "invalid_query"),
        ("/v1/drops?page=2", "invalid_query"),
        ("/v1/drops?cursor=AAAA", "invalid_cursor"),
        ("/v1/drops?cursor=%00", "invalid_cursor"),
        ("/v1/operator/audit?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "invalid_cursor"),
        ("/v1/operator/audit?drop_id=7", "invalid_query"),
    ] {
        shop.get(path, &operator).await.expect_problem(400, code);
    }
    for limit in [1, 100] {
        shop.get(&format!("/v1/drops?limit={limit}"), &NOBODY).await.expect(200);
    }
    shop.get("/v1/nothing", &NOBODY).await.expect_problem(404, "not_found");
    let method = shop.request(Method::DELETE, "/v1/drops", &NOBODY).send().await.unwrap();
    Answer::read(method).await.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn payment_methods_are_names() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let path = format!("/v1/orders/{order_id}/payment");
    for method in ["", "pm_", "4111 1111 1111 1111", "pm_card'; drop table", "pm_\u{0}"] {
        let answer = shop.post(&path, &shopper, &json!({ "payment_method": method })).await;
        answer.expect_problem(422, "invalid_fields");
    }
    let amount = json!({ "payment_method": "pm_card_approve", "amount_minor": 1 });
    shop.post(&path, &shopper, &amount).await.expect_problem(400, "invalid_body");
    let order = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!(order["state"], "reserved");
}

/// Somebody for each role, with something of their own.
struct People {
    seller: TestSeller,
    operator: Who,
    admin: Who,
    shopper: Who,
    drop_id: String,
    order_id: String,
    /// Of whatever else a path may name.
    any_id: String,
}

impl People {
    async fn of(shop: &Shop) -> Self {
        let (seller, shopper) = (shop.seller().await, shop.shopper().await);
        let drop_id = shop.drop_of(&seller).await;
        let order_id = shop.order_of(&shopper, &drop_id).await;
        let (operator, admin) = (shop.operator().await, shop.admin().await);
        let any_id = Uuid::now_v7().to_string();
        Self { seller, operator, admin, shopper, drop_id, order_id, any_id }
    }

    async fn send(
        &self,
        shop: &Shop,
        route: &crate::document::Route,
        content_type: &str,
        body: Vec<u8>,
    ) -> Answer {
        let who = match route.role.as_str() {
            "seller_key" => &self.seller.who,
            "operator_key" => &self.operator,
            "admin_key" => &self.admin,
            "session" => &self.shopper,
            _ => &NOBODY,
        };
        let path = route.path.replace("{drop_id}", &self.drop_id);
        let path = path.replace("{order_id}", &self.order_id);
        let path = path.replace("{product_id}", &self.seller.product_id);
        let path =
            path.replace("{payment_id}", &self.any_id).replace("{load_run_id}", &self.any_id);
        let path = path.replace("{ticket_id}", &self.order_id);
        let path = path.replace("{key_id}", &self.any_id).replace("{join_key_id}", &self.any_id);
        let path = path.replace("{shopper_id}", &self.any_id).replace("{seller_id}", &self.any_id);
        let method: Method = route.method.parse().unwrap();
        let request = shop.request(method, &path, who).header(CONTENT_TYPE, content_type);
        Answer::read(request.body(body).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn a_moment_ago_is_a_good_time_to_open() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["opens_at"] = json!(in_hours(0));
    shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
}
