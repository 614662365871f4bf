//! Lanes: who may join which, and where they stand there.

use crate::harness::{AdmissionTest, TestInstance, TestShopper, answer};
use reqwest::Method;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::{Keyring, LaneGrant, Session, SessionTimes},
    ids::{DropId, ShopperId},
    line::{Lane, LaneShare},
};
use std::time::Duration;
use testkit::{keyring, room::TestRoom};

const AN_HOUR: Duration = Duration::from_secs(3600);

/// A room with a lane 1.
async fn open(invite_only: bool) -> AdmissionTest {
    let mut test = AdmissionTest::empty().await;
    test.room.config.lanes = vec![LaneShare { lane: Lane(1), percent: 20 }];
    test.room.config.invite_only = invite_only;
    test.begin(TestRoom::EPOCH).await;
    test
}

fn in_an_hour() -> i64 {
    (SystemClock.now() + AN_HOUR).as_millisecond()
}

/// What the storefront gives for a code.
fn grant(test: &AdmissionTest, shopper: &TestShopper, lane: u8) -> LaneGrant {
    LaneGrant {
        drop_id: test.room.drop_id,
        shopper_id: shopper.id,
        lane: Lane(lane),
        expires_at_ms: in_an_hour(),
    }
}

async fn join_with(
    test: &AdmissionTest,
    instance: &TestInstance,
    shopper: &TestShopper,
    grant: &str,
) -> (u16, Value) {
    let mut body = test.body();
    body["lane_grant"] = json!(grant);
    answer(instance.request(Method::POST, &test.path("tickets"), shopper).json(&body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_opens_its_lane_with_positions_of_its_own() {
    let test = open(false).await;
    let instance = test.instance().await;
    for position in 1..=3 {
        let joined = test.join(&instance, &TestShopper::new()).await;
        assert_eq!((&joined["lane"], &joined["position"]), (&json!(0), &json!(position)));
    }
    let shopper = TestShopper::new();
    let token = grant(&test, &shopper, 1).seal(&keyring());
    let (status, joined) = join_with(&test, &instance, &shopper, &token).await;
    assert_eq!((status, &joined["lane"]), (201, &json!(1)), "{joined}");
    assert_eq!((&joined["position"], &joined["waiting"]), (&json!(1), &json!(1)));
    let (_, view) = test.status(&instance, joined["token"].as_str().unwrap()).await;
    assert_eq!((&view["lane"], &view["position"]), (&json!(1), &json!(1)));

    // Who comes back gets the ticket of before, in the lane of before.
    let (status, again) = test.try_join(&instance, &shopper).await;
    assert_eq!((status, &again["ticket_id"]), (200, &joined["ticket_id"]));
    assert_eq!(again["lane"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_that_is_not_ones_own_or_not_for_this_opens_nothing() {
    let test = open(false).await;
    let instance = test.instance().await;
    let shopper = TestShopper::new();
    let good = grant(&test, &shopper, 1);
    let times = SessionTimes { ttl: AN_HOUR, lifetime: AN_HOUR };
    let now_ms = SystemClock.now().as_millisecond();
    let refused = [
        LaneGrant { shopper_id: ShopperId::generate(), ..good }.seal(&keyring()),
        LaneGrant { drop_id: DropId::generate(), ..good }.seal(&keyring()),
        LaneGrant { expires_at_ms: now_ms - 1000, ..good }.seal(&keyring()),
        LaneGrant { lane: Lane(2), ..good }.seal(&keyring()),
        Session::begin(shopper.id, None, now_ms, times).seal(&keyring()),
        "made-up".to_owned(),
        String::new(),
    ];
    for grant in refused {
        let (status, body) = join_with(&test, &instance, &shopper, &grant).await;
        assert_eq!((status, &body["code"]), (403, &json!("grant_invalid")), "{grant}");
    }
    let newer = Keyring::parse(&format!("2:{}", "cd".repeat(32)).into()).unwrap();
    let (status, body) = join_with(&test, &instance, &shopper, &good.seal(&newer)).await;
    assert_eq!((status, &body["code"]), (503, &json!("grant_key_unknown")));
    assert_eq!(test.join(&instance, &shopper).await["position"], 1, "nobody joined meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_only_drop_takes_those_with_a_grant_and_whoever_is_in_line() {
    let test = open(true).await;
    let instance = test.instance().await;
    let (status, body) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!((status, &body["code"]), (403, &json!("invite_needed")));

    let shopper = TestShopper::new();
    // Codes may open the normal lane.
    let token = grant(&test, &shopper, 0).seal(&keyring());
    let (status, joined) = join_with(&test, &instance, &shopper, &token).await;
    assert_eq!((status, &joined["lane"]), (201, &json!(0)));
    let (status, again) = test.try_join(&instance, &shopper).await;
    assert_eq!((status, &again["ticket_id"]), (200, &joined["ticket_id"]));
}
