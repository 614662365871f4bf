//! What shoppers, sellers and operators do, one after the other.

use crate::{
    answer::text,
    shop::{NOBODY, SOON, Shop, drop_body, in_hours, product_body},
};
use database::ordering::holds;
use serde_json::json;
use testkit::wait_until;

#[tokio::test]
async fn a_guest_stays_the_same_shopper() {
    let shop = Shop::open().await;
    let first = shop.post("/v1/session", &NOBODY, &json!({})).await;
    let cookie = first.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-sluice-session="));
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|given| given == part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let first = first.expect(201);
    let who = crate::shop::Who(Some(text(&first, "token")));
    let again = shop.post("/v1/session", &who, &json!({})).await.expect(200);
    assert_eq!(again["shopper_id"], first["shopper_id"]);
}

#[tokio::test]
async fn a_drop_takes_its_units_out_of_the_stock_and_gives_them_back_when_cancelled() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let stock = async || {
        let path = format!("/v1/seller/products/{}", seller.product_id);
        shop.get(&path, &seller.who).await.expect(200)["variants"][0]["stock"].as_i64().unwrap()
    };
    assert_eq!(stock().await, 900);
    let seen = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
    assert_eq!((&seen["units_total"], &seen["units_left"]), (&json!(100), &json!(100)));
    assert_eq!(seen["state"], "scheduled");

    let path = format!("/v1/seller/drops/{drop_id}/cancel");
    let cancelled = shop.post(&path, &seller.who, &json!({ "reason": "a scratch" })).await;
    let cancelled = cancelled.expect(200);
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(cancelled["end_reason"], "a scratch");
    assert_eq!(cancelled["units_total"], 100, "that many were offered");
    assert_eq!(stock().await, 1000);
    let again = shop.post(&path, &seller.who, &json!({ "reason": "a scratch" })).await;
    again.expect_problem(409, "drop_wrong_state");
    let sums: bool = shop
        .database
        .scalar(
            "select sum(d_available) = min(i.available) from stock_moves m
             join inventory i using (drop_id)",
        )
        .await;
    assert!(sums, "the moves add up to the inventory");
}

#[tokio::test]
async fn two_drops_never_get_the_same_units() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["variants"][0]["units"] = json!(400);
    let post = || shop.post("/v1/seller/drops", &seller.who, &body);
    let (one, two, three) = tokio::join!(post(), post(), post());
    let mut statuses = [one, two, three].map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409]);
    post().await.expect_problem(409, "not_enough_stock");
    let n_rows: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_rows, 2, "what was refused leaves nothing behind");
}

#[tokio::test]
async fn a_draft_is_its_sellers_until_it_is_scheduled() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
    let draft = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    assert_eq!(draft["state"], "draft");
    let public = format!("/v1/drops/{}", text(&draft, "id"));
    shop.get(&public, &NOBODY).await.expect_problem(404, "drop_not_found");
    assert_eq!(shop.get("/v1/drops", &NOBODY).await.expect(200)["data"], json!([]));

    let path = format!("/v1/seller/drops/{}/schedule", text(&draft, "id"));
    let times = json!({ "opens_at": in_hours(1), "closes_at": in_hours(5) });
    let scheduled = shop.post(&path, &seller.who, &times).await.expect(200);
    assert_eq!(scheduled["state"], "scheduled");
    wait_until("drop in public", SOON, async || {
        (shop.get(&public, &NOBODY).await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn as_many_drops_are_scheduled_as_kafka_may_have_partitions() {
    let redis = testkit::TestRedis::create().await;
    let shop = Shop::open_with([
        ("SLUICE_REDIS__URL", redis.url().to_owned()),
        ("SLUICE_KAFKA__PARTITIONS", "1".to_owned()),
        ("SLUICE_KAFKA__MAX_PARTITIONS", "2".to_owned()),
    ])
    .await;
    let seller = shop.seller().await;
    let first = shop.drop_of(&seller).await;
    shop.drop_of(&seller).await;

    let mut body = drop_body(&seller);
    let refused = shop.post("/v1/seller/drops", &seller.who, &body).await;
    refused.expect_problem(409, "too_many_drops");
    let detail = text(&refused.json, "detail");
    assert!(detail.contains("kafka.max_partitions"), "{detail}");
    let n_rows: i64 = shop.database.scalar("select count(*) from drops").await;
    assert_eq!(n_rows, 2, "what was refused leaves nothing behind");

    body.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
    let draft = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let path = format!("/v1/seller/drops/{}/schedule", text(&draft, "id"));
    let times = json!({ "opens_at": in_hours(1) });
    shop.post(&path, &seller.who, &times).await.expect_problem(409, "too_many_drops");

    let cancel = format!("/v1/seller/drops/{first}/cancel");
    shop.post(&cancel, &seller.who, &json!({ "reason": "a scratch" })).await.expect(200);
    assert_eq!(shop.post(&path, &seller.who, &times).await.expect(200)["state"], "scheduled");
}

#[tokio::test]
async fn an_open_drop_is_not_scheduled_again() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    let path = format!("/v1/seller/drops/{drop_id}/schedule");
    let answer = shop.post(&path, &seller.who, &json!({ "opens_at": in_hours(1) })).await;
    answer.expect_problem(409, "drop_wrong_state");
}

#[tokio::test]
async fn a_shopper_pays_once_however_often_they_ask() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let held = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!(held["state"], "reserved");
    assert_eq!(held["ticket_id"], held["id"]);
    assert!(held["hold_expires_at"].is_string());

    let path = format!("/v1/orders/{order_id}/payment");
    let body = json!({ "payment_method": "pm_card_approve" });
    for _ in 0..3 {
        let taken_in = shop.post(&path, &shopper, &body).await.expect(202);
        assert_eq!(taken_in, json!({ "order_id": order_id }));
    }
    let order = shop.get(&format!("/v1/orders/{order_id}"), &shopper).await.expect(200);
    assert_eq!((&order["state"], &order["units"]), (&json!("authorizing"), &json!(1)));
    let states: Vec<_> =
        order["timeline"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["reserved", "authorizing"]);
    let n_payments: i64 = shop.database.scalar("select count(*) from payments").await;
    assert_eq!(n_payments, 1);
    let cancel = shop.post(&format!("/v1/orders/{order_id}/cancel"), &shopper, &json!({})).await;
    cancel.expect_problem(409, "order_wrong_state");
}

#[tokio::test]
async fn an_order_that_is_given_back_frees_its_units() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let left = async || {
        let seen = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
        (seen["units_left"].as_i64().unwrap(), seen["units_held"].as_i64().unwrap())
    };
    assert_eq!(left().await, (99, 1));
    let path = format!("/v1/orders/{order_id}/cancel");
    for _ in 0..2 {
        let order = shop.post(&path, &shopper, &json!({})).await.expect(200);
        assert_eq!(order["state"], "cancelled");
    }
    wait_until("unit that is free", SOON, async || (left().await == (100, 0)).then_some(())).await;
    let body = json!({ "payment_method": "pm_card_approve" });
    let late = shop.post(&format!("/v1/orders/{order_id}/payment"), &shopper, &body).await;
    late.expect_problem(409, "order_wrong_state");
}

#[tokio::test]
async fn a_hold_that_ran_out_is_not_paid() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    let drop_id = shop.drop_of(&seller).await;
    let order_id = shop.order_of(&shopper, &drop_id).await;
    let over = "update orders set hold_expires_at = now() - interval '1 second'";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    let body = json!({ "payment_method": "pm_card_approve" });
    let path = format!("/v1/orders/{order_id}/payment");
    shop.post(&path, &shopper, &body).await.expect_problem(409, "hold_expired");
    holds::expire_due(&shop.app.pool, drop_id.parse().unwrap(), 10).await.unwrap();
    shop.post(&path, &shopper, &body).await.expect_problem(409, "hold_expired");
}

#[tokio::test]
async fn tickets_are_those_of_open_rooms() {
    let shop = Shop::open().await;
    let (seller, shopper) = (shop.seller().await, shop.shopper().await);
    shop.drop_of(&seller).await;
    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    let tickets = shop.get("/v1/tickets", &shopper).await.expect(200);
    assert_eq!(tickets["data"], json!([]), "no room, no tickets");
}

#[tokio::test]
async fn a_product_comes_back_as_it_was_made() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let made = shop.post("/v1/seller/products", &seller.who, &product_body()).await.expect(201);
    let path = format!("/v1/seller/products/{}", text(&made, "id"));
    assert_eq!(shop.get(&path, &seller.who).await.expect(200), made);
    assert_eq!(made["variants"][0]["currency"], "EUR");
}
