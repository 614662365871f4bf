//! What an operator lets a drop do, and what of that a seller may.

use crate::shop::{NOBODY, SOON, Shop, Who, in_hours};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use testkit::wait_until;

/// What was done to a drop, the latest first.
async fn actions(shop: &Shop, operator: &Who, drop_id: &str) -> Vec<String> {
    let path = format!("/v1/operator/audit?drop_id={drop_id}&limit=100");
    let page = shop.get(&path, operator).await.expect(200);
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

/// A moment two hours ahead, as it comes back.
fn in_two_hours() -> String {
    Timestamp::from_second(SystemClock.now().as_second() + 7_200).unwrap().to_string()
}

#[tokio::test]
async fn each_mode_is_set_told_and_written_down_once() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let base = format!("/v1/operator/drops/{drop_id}");
    let body = json!({ "why": "an incident", "message": "Back soon" });
    for (mode, version) in [("hold", 2), ("drain", 3), ("maintenance", 4)] {
        for _ in 0..2 {
            let set = shop.post(&format!("{base}/{mode}"), &operator, &body).await.expect(200);
            assert_eq!((&set["mode"], &set["message"]), (&json!(mode), &json!("Back soon")));
            assert_eq!(set["limits_version"], version, "set twice it is one change");
        }
    }
    let resumed = shop.post(&format!("{base}/resume"), &operator, &json!({ "why": "over" })).await;
    let resumed = resumed.expect(200);
    assert_eq!((&resumed["mode"], &resumed["message"]), (&json!("running"), &Value::Null));
    let expected = ["drop.resume", "drop.maintenance", "drop.drain", "drop.hold", "drop.create"];
    assert_eq!(actions(&shop, &operator, &drop_id).await, expected);
}

#[tokio::test]
async fn a_message_is_one_text_or_one_in_each_language_and_told_as_it_was_given() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let operators = format!("/v1/operator/drops/{drop_id}/pause");
    let sellers = format!("/v1/seller/drops/{drop_id}/pause");
    let both = json!({ "en": "Back at \"noon\".", "ko": "정오에\n돌아와요." });
    for (given, told) in [
        (both.clone(), both.clone()),
        (json!({ "ko": "곧" }), json!("곧")),
        (json!({ "en": "Soon", "ko": null }), json!("Soon")),
        (json!("Back soon"), json!("Back soon")),
    ] {
        let body = json!({ "why": "an incident", "message": given });
        for _ in 0..2 {
            let set = shop.post(&sellers, &seller.who, &body).await.expect(200);
            assert_eq!(set["message"], told, "{given}");
        }
    }
    let once_each = ["drop.pause", "drop.pause", "drop.pause", "drop.pause", "drop.create"];
    assert_eq!(actions(&shop, &operator, &drop_id).await, once_each);
    let longest = json!({ "en": "x".repeat(500), "ko": "가".repeat(500) });
    for message in [longest, both.clone()] {
        let body = json!({ "why": "an incident", "message": message });
        let set = shop.post(&operators, &operator, &body).await.expect(200);
        assert_eq!(set["message"], message);
    }
    wait_until("the message in the drop", SOON, async || {
        let seen = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
        (seen["message"] == both).then_some(())
    })
    .await;
    let audit = format!("/v1/operator/audit?drop_id={drop_id}&limit=1");
    let row = shop.get(&audit, &operator).await.expect(200);
    assert_eq!(row["data"][0]["new"]["message"], both, "who reads the audit log reads both");
}

#[tokio::test]
async fn each_bad_message_is_named() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let long = "x".repeat(501);
    for (message, status, code, field) in [
        (json!(" "), 422, "invalid_fields", "/message"),
        (json!(long), 422, "invalid_fields", "/message"),
        (json!("Soon\u{1f}곧"), 422, "invalid_fields", "/message"),
        (json!({}), 422, "invalid_fields", "/message"),
        (json!({ "en": "Soon", "ko": "" }), 422, "invalid_fields", "/message/ko"),
        (json!({ "en": long }), 422, "invalid_fields", "/message/en"),
        (json!({ "fr": "Bientôt" }), 400, "invalid_body", "/message"),
        (json!(7), 400, "invalid_body", "/message"),
    ] {
        let body = json!({ "why": "an incident", "message": message });
        for mode in ["pause", "maintenance"] {
            let path = format!("/v1/operator/drops/{drop_id}/{mode}");
            let refused = shop.post(&path, &operator, &body).await;
            refused.expect_problem(status, code);
            assert_eq!(refused.fields(), [field], "{message}");
        }
    }
    assert_eq!(actions(&shop, &operator, &drop_id).await, ["drop.create"], "nothing was changed");
}

#[tokio::test]
async fn maintenance_tells_until_when_and_no_other_mode_does() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let base = format!("/v1/operator/drops/{drop_id}");
    let until = in_two_hours();
    let body = json!({ "why": "new shelves", "until": until });
    let set = shop.post(&format!("{base}/maintenance"), &operator, &body).await.expect(200);
    assert_eq!(set["mode_until"], until);
    let again = shop.post(&format!("{base}/maintenance"), &operator, &body).await.expect(200);
    assert_eq!(again["limits_version"], set["limits_version"], "the same again is no change");
    wait_until("the time in the drop", SOON, async || {
        let seen = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
        (seen["mode_until"] == until).then_some(())
    })
    .await;
    let limits = json!({ "occupancy_cap": 7, "why": "fewer" });
    let kept = shop.patch(&format!("{base}/limits"), &operator, &limits).await.expect(200);
    assert_eq!((&kept["mode_until"], &kept["occupancy_cap"]), (&json!(until), &json!(7)));

    let why = json!({ "why": "an incident" });
    let paused = shop.post(&format!("{base}/pause"), &operator, &why).await.expect(200);
    assert_eq!((&paused["mode"], &paused["mode_until"]), (&json!("paused"), &Value::Null));
    let again = shop.post(&format!("{base}/maintenance"), &operator, &why).await.expect(200);
    assert_eq!(again["mode_until"], Value::Null, "nobody said until when");
}

#[tokio::test]
async fn each_bad_end_of_maintenance_is_named() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let base = format!("/v1/operator/drops/{drop_id}");
    for (until, status, code) in [
        (json!(in_hours(-1)), 422, "invalid_fields"),
        (json!(in_hours(400 * 24)), 422, "invalid_fields"),
        (json!("tomorrow"), 400, "invalid_body"),
        (json!(7), 400, "invalid_body"),
    ] {
        let body = json!({ "why": "new shelves", "until": until });
        let refused = shop.post(&format!("{base}/maintenance"), &operator, &body).await;
        refused.expect_problem(status, code);
        assert_eq!(refused.fields(), ["/until"], "{until}");
    }
    let body = json!({ "why": "no such thing", "until": in_hours(1) });
    for mode in ["pause", "hold", "drain", "emergency-stop", "resume"] {
        let refused = shop.post(&format!("{base}/{mode}"), &operator, &body).await;
        refused.expect_problem(400, "invalid_body");
    }
    assert_eq!(actions(&shop, &operator, &drop_id).await, ["drop.create"], "nothing was changed");
}

#[tokio::test]
async fn a_seller_may_pause_and_no_more() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let drop_id = shop.drop_of(&seller).await;
    let why = json!({ "why": "mine" });
    for mode in ["hold", "drain", "maintenance"] {
        let own = format!("/v1/seller/drops/{drop_id}/{mode}");
        shop.post(&own, &seller.who, &why).await.expect_problem(404, "not_found");
        let operators = format!("/v1/operator/drops/{drop_id}/{mode}");
        shop.post(&operators, &seller.who, &why).await.expect_problem(403, "forbidden");

        shop.post(&operators, &operator, &why).await.expect(200);
        for act in ["pause", "resume"] {
            let own = format!("/v1/seller/drops/{drop_id}/{act}");
            let refused = shop.post(&own, &seller.who, &why).await;
            refused.expect_problem(409, "drop_stopped_by_operator");
        }
    }
}
