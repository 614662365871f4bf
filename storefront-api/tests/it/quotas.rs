//! No seller takes what all share: drops that are alive, and with them partitions.

use crate::{
    answer::text,
    shop::{Shop, TestSeller, drop_body, in_hours},
};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::ids::SellerId;
use uuid::Uuid;

fn path(seller_id: SellerId) -> String {
    format!("/v1/operator/sellers/{seller_id}/quota")
}

async fn allow(shop: &Shop, seller: &TestSeller, max_live_drops: i32) -> Value {
    let admin = shop.admin().await;
    let body = json!({ "max_live_drops": max_live_drops, "why": "a test" });
    shop.patch(&path(seller.id), &admin, &body).await.expect(200)
}

#[tokio::test]
async fn one_sellers_drops_leave_room_for_the_others() {
    let shop = Shop::open().await;
    let (greedy, other) = (shop.seller().await, shop.seller().await);
    allow(&shop, &greedy, 2).await;
    let body = drop_body(&greedy);
    let create = || shop.post("/v1/seller/drops", &greedy.who, &body);
    let answers = join_all((0..6).map(|_| create())).await;
    let (made, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 2);
    for answer in &refused {
        answer.expect_problem(409, "quota_used");
    }
    let stock: i64 = shop.database.scalar("select sum(stock) from variants").await;
    assert_eq!(stock, 1000 - 200 + 1000, "a refused drop takes no units");
    shop.drop_of(&other).await;

    // A draft has no partition; it gets one when another drop is over.
    let mut draft = body.clone();
    draft.as_object_mut().unwrap().retain(|field, _| !field.ends_with("s_at"));
    let draft = shop.post("/v1/seller/drops", &greedy.who, &draft).await.expect(201);
    let schedule = format!("/v1/seller/drops/{}/schedule", text(&draft, "id"));
    let times = json!({ "opens_at": in_hours(1) });
    shop.post(&schedule, &greedy.who, &times).await.expect_problem(409, "quota_used");
    let cancel = format!("/v1/seller/drops/{}/cancel", text(&made[0].json, "id"));
    shop.post(&cancel, &greedy.who, &json!({ "reason": "room" })).await.expect(200);
    shop.post(&schedule, &greedy.who, &times).await.expect(200);
    // It has its place already, so other times are no second drop.
    shop.post(&schedule, &greedy.who, &times).await.expect(200);
}

#[tokio::test]
async fn a_quota_is_changed_by_admins_and_written_down() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let quota = allow(&shop, &seller, 0).await;
    assert_eq!((&quota["max_live_drops"], &quota["live_drops"]), (&json!(0), &json!(1)));
    let schedule = format!("/v1/seller/drops/{drop_id}/schedule");
    let later = json!({ "opens_at": in_hours(2) });
    shop.post(&schedule, &seller.who, &later).await.expect(200);
    let operator = shop.operator().await;
    shop.get(&path(seller.id), &operator).await.expect_problem(403, "forbidden");
    let log = shop.get("/v1/operator/audit", &operator).await.expect(200);
    let rows = log["data"].as_array().unwrap();
    let row = rows.iter().find(|row| row["action"] == "seller.quota").unwrap();
    assert_eq!(row["actor"], "operator:eve");
    assert_eq!(
        (&row["old"]["max_live_drops"], &row["new"]["max_live_drops"]),
        (&json!(100), &json!(0))
    );
}

#[tokio::test]
async fn quotas_that_are_none_are_refused() {
    let shop = Shop::open().await;
    let (seller, admin) = (shop.seller().await, shop.admin().await);
    for quota in [-1, 100_001] {
        let body = json!({ "max_live_drops": quota, "why": "a test" });
        let answer = shop.patch(&path(seller.id), &admin, &body).await;
        assert_eq!((answer.code(), answer.fields()), ("invalid_fields", vec!["/max_live_drops"]));
    }
    let body = json!({ "max_live_drops": 5, "why": "a test" });
    let nobodys = shop.patch(&path(SellerId::from_uuid(Uuid::now_v7())), &admin, &body).await;
    nobodys.expect_problem(404, "seller_not_found");
}
