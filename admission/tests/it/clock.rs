//! What depends on the clock.

use crate::harness::{AdmissionTest, TestShopper};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use testkit::room::TestRoom;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_can_be_shown_for_a_day() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();

    instance.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(test.status(&instance, token).await.0, 200);

    instance.clock.advance(SignedDuration::from_hours(2));
    let (status, problem) = test.status(&instance, token).await;
    assert_eq!((status, &problem["code"]), (401, &json!("ticket_expired")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joins_again_after_a_day_gets_the_same_ticket_with_a_token_that_is_valid() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let shopper = TestShopper::new();
    let first = test.join(&instance, &shopper).await;
    instance.clock.advance(SignedDuration::from_hours(25));

    let (status, again) = test.try_join(&instance, &shopper).await;
    assert_eq!((status, &again["ticket_id"]), (200, &first["ticket_id"]));
    let token = |joined: &Value| joined["token"].as_str().unwrap().to_owned();
    let (status, view) = test.status(&instance, &token(&again)).await;
    assert_eq!((status, &view["position"]), (200, &json!(1)));
    assert_eq!(test.status(&instance, &token(&first)).await.0, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_is_scheduled_until_its_drop_opens() {
    let mut test = AdmissionTest::empty().await;
    let opens_at = SystemClock.now() + SignedDuration::from_hours(1);
    test.room.config.opens_at_us = opens_at.as_microsecond();
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;

    assert_eq!(test.numbers(&instance).await["state"], "scheduled");
    let (status, problem) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("drop_not_open")));
    assert_eq!(problem["errors"][0]["field"], "opens_at");

    instance.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(test.numbers(&instance).await["state"], "open");
}
