//! Codes: made and shown once, redeemed by shoppers, revoked.

use crate::{
    answer::{Answer, text},
    shop::{NOBODY, Shop, TestSeller, Who, drop_body},
};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

/// A shop with a drop that has a lane 1.
struct Sale {
    shop: Shop,
    seller: TestSeller,
    drop_id: String,
}

impl Sale {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let seller = shop.seller().await;
        let mut body = drop_body(&seller);
        body["lanes"] = json!([{ "lane": 1, "name": "Early", "share_percent": 20 }]);
        let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
        let drop_id = text(&made, "id");
        Self { shop, seller, drop_id }
    }

    fn path(&self) -> String {
        format!("/v1/seller/drops/{}/codes", self.drop_id)
    }

    async fn try_to_make(&self, body: &Value) -> Answer {
        self.shop.post(&self.path(), &self.seller.who, body).await
    }

    /// Codes for lane 1.
    async fn make(&self, label: &str, count: usize, max_uses: i32) -> Vec<String> {
        let body = json!({ "lane": 1, "count": count, "max_uses": max_uses, "label": label });
        let made = self.try_to_make(&body).await.expect(201);
        let codes = made["codes"].as_array().unwrap().iter();
        codes.map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    async fn redeem(&self, who: &Who, code: &str) -> Answer {
        let path = format!("/v1/drops/{}/code", self.drop_id);
        self.shop.post(&path, who, &json!({ "code": code })).await
    }

    async fn labels(&self) -> Value {
        self.shop.get(&self.path(), &self.seller.who).await.expect(200)["labels"].clone()
    }
}

#[tokio::test]
async fn codes_are_shown_once_and_listed_by_their_label() {
    let sale = Sale::open().await;
    let codes = sale.make("Newsletter", 3, 2).await;
    assert!(codes.iter().all(|code| code.len() == 12), "{codes:?}");
    sale.redeem(&sale.shop.shopper().await, &codes[0]).await.expect(200);

    let mut labels = sale.labels().await;
    labels[0]["created_at"] = Value::Null;
    let expected = json!([{
        "label": "Newsletter", "lane": 1, "max_uses": 2, "count": 3, "revoked": 0, "uses": 1,
        "created_at": null,
    }]);
    assert_eq!(labels, expected);
    let listed = labels.to_string();
    assert!(codes.iter().all(|code| !listed.contains(code)));
    let kept: Vec<u8> =
        sale.shop.database.scalar("select string_agg(code_hash, '') from drop_codes").await;
    assert_eq!(kept.len(), 3 * 32, "hashes alone");
}

#[tokio::test]
async fn codes_come_as_a_table_for_whoever_asks() {
    let sale = Sale::open().await;
    let request = sale.shop.request(Method::POST, &sale.path(), &sale.seller.who);
    let body = json!({ "lane": 0, "count": 2, "label": "Print" });
    let request = request.header("accept", "text/csv").json(&body);
    let answer = Answer::read(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = answer.text.split_terminator("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (3, "code"));
    sale.redeem(&sale.shop.shopper().await, lines[1]).await.expect(200);
}

#[tokio::test]
async fn a_code_opens_its_lane_however_it_is_typed_and_again_for_nothing() {
    let sale = Sale::open().await;
    let code = sale.make("Friends", 1, 1).await.remove(0);
    let shopper = sale.shop.shopper().await;
    let typed = format!(" {}-{} {}", &code[..4].to_lowercase(), &code[4..8], &code[8..]);
    for written in [&code, &typed, &code] {
        let granted = sale.redeem(&shopper, written).await.expect(200);
        assert_eq!(granted["lane"], 1);
        assert!(granted["lane_grant"].as_str().unwrap().len() > 60);
    }
    assert_eq!(sale.labels().await[0]["uses"], 1);
}

#[tokio::test]
async fn the_last_use_goes_to_one_of_those_who_race_for_it() {
    let sale = Sale::open().await;
    let code = sale.make("Friends", 1, 1).await.remove(0);
    let shoppers = join_all((0..8).map(|_| sale.shop.shopper())).await;
    let tries = join_all(shoppers.iter().map(|who| sale.redeem(who, &code))).await;
    let n_granted = tries.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(n_granted, 1);
    for refused in tries.iter().filter(|answer| answer.status != 200) {
        refused.expect_problem(403, "code_refused");
    }
    assert_eq!(sale.labels().await[0]["uses"], 1);
}

#[tokio::test]
async fn a_code_that_does_not_count_is_refused_alike_whatever_is_wrong_with_it() {
    let sale = Sale::open().await;
    let codes = sale.make("Friends", 2, 1).await;
    let other_drop = sale.shop.drop_of(&sale.seller).await;
    sale.redeem(&sale.shop.shopper().await, &codes[0]).await.expect(200);
    let revoke = json!({ "code": codes[1].to_lowercase(), "why": "leaked" });
    let path = format!("{}/revoke", sale.path());
    sale.shop.post(&path, &sale.seller.who, &revoke).await.expect(200);

    let shopper = sale.shop.shopper().await;
    let mut answers = Vec::new();
    for code in [&codes[0], &codes[1], "000000000000", "not a code", "0000"] {
        let answer = sale.redeem(&shopper, code).await;
        answer.expect_problem(403, "code_refused");
        let mut body = answer.json.clone();
        body["request_id"] = Value::Null;
        answers.push(body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // A code is good for its own drop alone.
    let path = format!("/v1/drops/{other_drop}/code");
    let other = sale.shop.shopper().await;
    let foreign = sale.shop.post(&path, &other, &json!({ "code": codes[0] })).await;
    foreign.expect_problem(403, "code_refused");
}

#[tokio::test]
async fn whoever_guesses_is_held_up() {
    let sale = Sale::open().await;
    let shopper = sale.shop.shopper().await;
    let mut codes = Vec::new();
    for n in 0..20 {
        codes.push(sale.redeem(&shopper, &format!("{n:012}")).await.code().to_owned());
    }
    assert_eq!(codes[..5], ["code_refused"; 5]);
    assert!(codes.iter().any(|code| code == "rate_limited"), "{codes:?}");
    let other = sale.shop.shopper().await;
    sale.redeem(&other, "000000000000").await.expect_problem(403, "code_refused");
}

#[tokio::test]
async fn codes_need_a_lane_a_label_of_their_own_and_a_drop_that_is_not_over() {
    let sale = Sale::open().await;
    sale.make("Friends", 1, 1).await;
    for (body, status, code) in [
        (json!({ "lane": 1, "count": 1, "label": "Friends" }), 409, "label_taken"),
        (json!({ "lane": 2, "count": 1, "label": "More" }), 404, "lane_not_found"),
        (json!({ "lane": 4, "count": 1, "label": "More" }), 422, "invalid_fields"),
        (json!({ "lane": 1, "count": 0, "label": "More" }), 422, "invalid_fields"),
        (json!({ "lane": 1, "count": 10_001, "label": "More" }), 422, "invalid_fields"),
        (json!({ "lane": 1, "count": 1, "max_uses": 0, "label": "More" }), 422, "invalid_fields"),
        (json!({ "lane": 1, "count": 1, "label": " " }), 422, "invalid_fields"),
        (json!({ "lane": 1, "count": 1 }), 400, "invalid_body"),
    ] {
        sale.try_to_make(&body).await.expect_problem(status, code);
    }
    let path = format!("/v1/seller/drops/{}/cancel", sale.drop_id);
    sale.shop.post(&path, &sale.seller.who, &json!({ "reason": "rain" })).await.expect(200);
    let late = sale.try_to_make(&json!({ "lane": 1, "count": 1, "label": "Late" })).await;
    late.expect_problem(409, "drop_wrong_state");
}

#[tokio::test]
async fn a_code_is_for_shoppers_and_for_drops_that_they_may_see() {
    let sale = Sale::open().await;
    let code = sale.make("Friends", 1, 1).await.remove(0);
    sale.redeem(&NOBODY, &code).await.expect_problem(401, "session_required");
    sale.redeem(&sale.seller.who, &code).await.expect_problem(403, "forbidden");
    let shopper = sale.shop.shopper().await;
    let path = format!("/v1/drops/{}/code", uuid::Uuid::now_v7());
    let unknown = sale.shop.post(&path, &shopper, &json!({ "code": code })).await;
    unknown.expect_problem(404, "drop_not_found");
    let long = json!({ "code": "0".repeat(41) });
    let path = format!("/v1/drops/{}/code", sale.drop_id);
    sale.shop.post(&path, &shopper, &long).await.expect_problem(422, "invalid_fields");
}
