//! Limits that are planned, undone, looked at before they are set; and the cap on a line.

use crate::{
    line::{join, open_room},
    shop::{Shop, TestSeller, Who, in_hours},
};
use serde_json::{Value, json};
use shared::ids::{DropId, ShopperId};

/// A drop, and who changes its limits.
struct Stage {
    shop: Shop,
    seller: TestSeller,
    operator: Who,
    drop_id: String,
    /// Where its limits are.
    limits: String,
}

impl Stage {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let (seller, operator) = (shop.seller().await, shop.operator().await);
        let drop_id = shop.drop_of(&seller).await;
        let limits = format!("/v1/operator/drops/{drop_id}/limits");
        Self { shop, seller, operator, drop_id, limits }
    }

    /// Changes limits by hand.
    async fn change(&self, mut limits: Value) -> Value {
        limits["why"] = json!("by hand");
        self.shop.patch(&self.limits, &self.operator, &limits).await.expect(200)
    }

    async fn shown(&self) -> Value {
        self.shop.get(&self.limits, &self.operator).await.expect(200)
    }

    async fn undo(&self) -> Value {
        let (path, why) = (format!("{}/undo", self.limits), json!({ "why": "a mistake" }));
        self.shop.post(&path, &self.operator, &why).await.expect(200)
    }

    fn plan_path(&self) -> String {
        format!("{}/plan", self.limits)
    }

    async fn plan(&self, body: &Value) -> Value {
        self.shop.post(&self.plan_path(), &self.operator, body).await.expect(200)
    }

    async fn has_plan(&self) -> bool {
        let found = self.shop.get(&self.plan_path(), &self.operator).await;
        if found.status != 200 {
            found.expect_problem(404, "limits_plan_not_found");
        }
        found.status == 200
    }

    /// What was done, the latest first.
    async fn actions(&self) -> Vec<String> {
        let path = format!("/v1/operator/audit?drop_id={}&limit=100", self.drop_id);
        let page = self.shop.get(&path, &self.operator).await.expect(200);
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| row["action"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_line_has_a_cap_of_its_own_until_it_goes_back_to_the_setting() {
    let stage = Stage::open().await;
    assert_eq!(stage.shown().await["line_cap"], Value::Null);
    assert_eq!(stage.change(json!({ "line_cap": 5_000 })).await["line_cap"], 5_000);
    let other = stage.change(json!({ "occupancy_cap": 9 })).await;
    assert_eq!(other["line_cap"], 5_000, "what was left out stays");
    let own = format!("/v1/seller/drops/{}", stage.drop_id);
    let seen = stage.shop.get(&own, &stage.seller.who).await.expect(200);
    assert_eq!(seen["line_cap"], 5_000);
    let back = stage.change(json!({ "line_cap": null })).await;
    assert_eq!((&back["line_cap"], &back["limits_version"]), (&Value::Null, &json!(4)));
    for cap in [json!(0), json!(10_000_001)] {
        let body = json!({ "line_cap": cap, "why": "odd" });
        let refused = stage.shop.patch(&stage.limits, &stage.operator, &body).await;
        assert_eq!((refused.code(), refused.fields()), ("invalid_fields", vec!["/line_cap"]));
    }
}

#[tokio::test]
async fn a_plan_is_shown_replaced_and_called_off() {
    let stage = Stage::open().await;
    assert!(!stage.has_plan().await);
    let at = in_hours(1);
    let planned =
        stage.plan(&json!({ "occupancy_cap": 5, "at": at, "why": "the rush is over" })).await;
    assert_eq!((&planned["over_seconds"], &planned["has_begun"]), (&json!(0), &json!(false)));
    assert_eq!(planned["before"]["occupancy_cap"], 1_000);
    assert_eq!(planned["after"]["occupancy_cap"], 5);
    assert_eq!(planned["after"]["admission_rate_per_second"], 50.0, "what was left out stays");
    assert_eq!(
        (&planned["made_by"], &planned["why"]),
        (&json!("operator:ann"), &json!("the rush is over"))
    );
    assert_eq!(stage.shop.get(&stage.plan_path(), &stage.operator).await.expect(200), planned);
    assert_eq!(stage.shown().await["limits_version"], 1, "nothing has changed yet");

    let ramp =
        json!({ "admission_rate_per_second": 200, "over_seconds": 600, "at": at, "why": "slowly" });
    assert_eq!(stage.plan(&ramp).await["over_seconds"], 600);
    let nameless = stage.shop.delete(&stage.plan_path(), &stage.operator).await;
    nameless.expect_problem(400, "invalid_query");
    let called_off = format!("{}?why=not%20today", stage.plan_path());
    let limits = stage.shop.delete(&called_off, &stage.operator).await.expect(200);
    assert_eq!(limits["admission_rate_per_second"], 50.0);
    assert!(!stage.has_plan().await);
    let again = stage.shop.delete(&called_off, &stage.operator).await;
    again.expect_problem(404, "limits_plan_not_found");
    let (made, ended) = ("drop.limits_plan", "drop.limits_plan_end");
    assert_eq!(stage.actions().await, [ended, made, ended, made, "drop.create"]);
}

#[tokio::test]
async fn a_change_by_hand_ends_the_plan() {
    let stage = Stage::open().await;
    let plan = json!({ "occupancy_cap": 5, "at": in_hours(1), "why": "later" });
    for by_hand in [json!({ "occupancy_cap": 70 }), json!({ "occupancy_cap": 70 })] {
        stage.plan(&plan).await;
        stage.change(by_hand).await;
        assert!(!stage.has_plan().await, "also one that changes nothing");
    }
    stage.plan(&plan).await;
    assert_eq!(stage.undo().await["occupancy_cap"], 1_000);
    assert!(!stage.has_plan().await);

    stage.plan(&plan).await;
    let pause = format!("/v1/operator/drops/{}/pause", stage.drop_id);
    stage.shop.post(&pause, &stage.operator, &json!({ "why": "wait" })).await.expect(200);
    assert!(stage.has_plan().await, "a mode is no limit");
}

#[tokio::test]
async fn each_bad_plan_is_named() {
    let stage = Stage::open().await;
    let at = in_hours(1);
    for (body, code, field) in [
        (json!({ "at": at, "why": "x" }), "invalid_fields", ""),
        (json!({ "occupancy_cap": 5, "why": "x" }), "invalid_fields", ""),
        (json!({ "occupancy_cap": 0, "at": at, "why": "x" }), "invalid_fields", "/occupancy_cap"),
        (json!({ "occupancy_cap": 5, "at": at, "why": " " }), "invalid_fields", "/why"),
        (json!({ "occupancy_cap": 5, "at": at }), "invalid_body", "/why"),
        (json!({ "occupancy_cap": 5, "at": in_hours(-1), "why": "x" }), "invalid_fields", "/at"),
        (json!({ "occupancy_cap": 5, "at": in_hours(9_000), "why": "x" }), "invalid_fields", "/at"),
        (json!({ "occupancy_cap": 5, "at": "soon", "why": "x" }), "invalid_body", "/at"),
        (
            json!({ "occupancy_cap": 5, "over_seconds": 9, "why": "x" }),
            "invalid_fields",
            "/over_seconds",
        ),
        (
            json!({ "admission_rate_per_second": 5, "over_seconds": 0, "why": "x" }),
            "invalid_fields",
            "/over_seconds",
        ),
        (
            json!({ "admission_rate_per_second": 5, "over_seconds": 86_401, "why": "x" }),
            "invalid_fields",
            "/over_seconds",
        ),
        (
            json!({ "occupancy_cap": 5, "at": at, "until": at, "why": "x" }),
            "invalid_body",
            "/until",
        ),
    ] {
        let refused = stage.shop.post(&stage.plan_path(), &stage.operator, &body).await;
        assert_eq!((refused.code(), refused.fields()), (code, vec![field]), "{body}");
    }
    assert_eq!(stage.actions().await, ["drop.create"]);
}

#[tokio::test]
async fn an_undo_brings_back_the_limits_before_and_is_undone_itself() {
    let stage = Stage::open().await;
    let undo = format!("{}/undo", stage.limits);
    let why = json!({ "why": "a mistake" });
    let early = stage.shop.post(&undo, &stage.operator, &why).await;
    early.expect_problem(409, "nothing_to_undo");
    stage.change(json!({ "admission_rate_per_second": 10, "line_cap": 300 })).await;
    stage.change(json!({ "occupancy_cap": 20 })).await;

    let undone = stage.undo().await;
    assert_eq!((&undone["occupancy_cap"], &undone["line_cap"]), (&json!(1_000), &json!(300)));
    let redone = stage.undo().await;
    assert_eq!((&redone["occupancy_cap"], &redone["limits_version"]), (&json!(20), &json!(5)));

    let keyed = async || {
        let answer = stage.shop.post_keyed(&undo, &stage.operator, "once", &why).await;
        answer.expect(200)["occupancy_cap"].clone()
    };
    assert_eq!((keyed().await, keyed().await), (json!(1_000), json!(1_000)), "one undo");
    assert_eq!(stage.shown().await["limits_version"], 6);
    assert_eq!(stage.actions().await[..2], ["drop.limits_undo", "drop.limits_undo"]);
}

#[tokio::test]
async fn a_preview_tells_the_waits_of_those_in_line_and_changes_nothing() {
    let stage = Stage::open().await;
    let path = format!("{}/preview", stage.limits);
    let slower = json!({ "admission_rate_per_second": 0.5 });
    let nobody = stage.shop.post(&path, &stage.operator, &slower).await.expect(200);
    assert_eq!((&nobody["waiting"], &nobody["positions"]), (&json!(0), &json!([])));

    let drop_id: DropId = stage.drop_id.parse().unwrap();
    open_room(&stage.shop, &stage.seller, drop_id).await;
    for _ in 0..10 {
        join(&stage.shop, &stage.seller, drop_id, ShopperId::generate()).await;
    }
    let told = stage.shop.post(&path, &stage.operator, &slower).await.expect(200);
    let wait = |share: u8, position: u64, after: u64| {
        json!({
            "share_percent": share,
            "position": position,
            "before_seconds": 1,
            "after_seconds": after,
        })
    };
    assert_eq!(told["waiting"], 10);
    assert_eq!(told["positions"], json!([wait(10, 1, 2), wait(50, 5, 10), wait(90, 9, 18)]));
    assert_eq!(told["before"]["admission_rate_per_second"], 50.0);
    assert_eq!(told["after"]["admission_rate_per_second"], 0.5);
    let empty = stage.shop.post(&path, &stage.operator, &json!({})).await;
    empty.expect_problem(422, "invalid_fields");
    assert_eq!(stage.shown().await["limits_version"], 1);
}
