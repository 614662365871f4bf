//! The lanes of a drop: set before it opens, shown to everybody.

use crate::{
    answer::text,
    shop::{NOBODY, Shop, drop_body},
};
use serde_json::{Value, json};

fn lanes(shares: &[(u8, u8)]) -> Value {
    let lane = |(lane, percent): &(u8, u8)| json!({ "lane": lane, "name": format!("Lane {lane}"), "share_percent": percent });
    shares.iter().map(lane).collect()
}

#[tokio::test]
async fn lanes_are_published_with_what_they_leave_to_the_normal_one() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    (body["lanes"], body["invite_only"]) = (lanes(&[(2, 5), (1, 20)]), json!(true));
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let shown = shop.get(&format!("/v1/drops/{}", text(&made, "id")), &NOBODY).await.expect(200);
    let normal = json!({ "lane": 0, "name": null, "share_percent": 75 });
    let others = lanes(&[(1, 20), (2, 5)]);
    assert_eq!(shown["lanes"], json!([normal, others[0], others[1]]));
    assert_eq!((&shown["invite_only"], &made["lanes"]), (&json!(true), &shown["lanes"]));

    let usual = shop.drop_of(&seller).await;
    let shown = shop.get(&format!("/v1/drops/{usual}"), &NOBODY).await.expect(200);
    assert_eq!((&shown["lanes"], &shown["invite_only"]), (&Value::Null, &json!(false)));
}

#[tokio::test]
async fn lanes_are_set_until_the_drop_opens_and_then_stay() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/seller/drops/{drop_id}/lanes");
    let (two, one) = (lanes(&[(1, 20), (3, 0)]), lanes(&[(1, 30)]));
    for body in [&two, &one, &one] {
        let answer = shop.put(&path, &seller.who, &json!({ "lanes": body })).await.expect(200);
        assert_eq!(answer["lanes"].as_array().unwrap().len(), body.as_array().unwrap().len() + 1);
    }
    let n_audited: i64 =
        shop.database.scalar("select count(*) from audit_log where action = 'drop.lanes'").await;
    assert_eq!(n_audited, 2, "the same again changes nothing");
    let version: i64 = shop.database.scalar("select limits_version from drops").await;
    assert_eq!(version, 3, "a room hears of each change");

    sqlx::query("update drops set state = 'open'").execute(&shop.app.pool).await.unwrap();
    let late = shop.put(&path, &seller.who, &json!({ "lanes": two })).await;
    late.expect_problem(409, "drop_wrong_state");
}

#[tokio::test]
async fn shares_that_do_not_add_up_are_refused() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = format!("/v1/seller/drops/{}/lanes", shop.drop_of(&seller).await);
    for shares in [&[(1, 60), (2, 31)][..], &[(1, 5), (1, 5)], &[(1, 91)], &[(4, 5)]] {
        let answer = shop.put(&path, &seller.who, &json!({ "lanes": lanes(shares) })).await;
        answer.expect_problem(422, "invalid_fields");
    }
    let n_lanes: i64 = shop.database.scalar("select count(*) from drop_lanes").await;
    assert_eq!(n_lanes, 0);
}

#[tokio::test]
async fn a_lane_that_codes_open_does_not_go() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("/v1/seller/drops/{drop_id}");
    let (lanes_path, codes_path) = (format!("{path}/lanes"), format!("{path}/codes"));
    let set = json!({ "lanes": lanes(&[(1, 20)]) });
    shop.put(&lanes_path, &seller.who, &set).await.expect(200);
    let codes = json!({ "lane": 1, "count": 2, "label": "Friends" });
    shop.post(&codes_path, &seller.who, &codes).await.expect(201);

    let none = json!({ "lanes": [] });
    shop.put(&lanes_path, &seller.who, &none).await.expect_problem(409, "lane_has_codes");
    let revoke = json!({ "label": "Friends", "why": "no lane" });
    let revoked = shop.post(&format!("{codes_path}/revoke"), &seller.who, &revoke).await;
    assert_eq!(revoked.expect(200), json!({ "revoked": 2 }));
    shop.put(&lanes_path, &seller.who, &none).await.expect(200);
}
