//! What depends on the clock.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::{Session, SessionTimes},
    ids::ShopperId,
};
use std::time::Duration;
use testkit::{keyring, room::TestRoom, wait_until};

/// How far the clock of a process may be off.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// Short for sessions, and longer than two clocks may be apart.
const TIMES: SessionTimes =
    SessionTimes { ttl: Duration::from_secs(600), lifetime: Duration::from_secs(3600) };

/// Two instances at one room: the clock of the first is behind, that of the second ahead.
async fn skewed(test: &AdmissionTest) -> [TestInstance; 2] {
    let (behind, ahead) = (test.instance().await, test.instance().await);
    behind.clock.advance(-SKEW);
    ahead.clock.advance(SKEW);
    [behind, ahead]
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_whose_clocks_disagree_keep_one_line_and_take_each_others_tickets() {
    let test = AdmissionTest::open().await;
    let [behind, ahead] = skewed(&test).await;
    let mut tokens = Vec::new();
    for (index, instance) in [&ahead, &behind, &ahead, &behind].into_iter().enumerate() {
        let joined = test.join(instance, &TestShopper::new()).await;
        assert_eq!(joined["position"], index + 1, "{joined}");
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }

    for instance in [&behind, &ahead] {
        for (index, token) in tokens.iter().enumerate() {
            wait_until("position", PATIENCE, async || {
                let (status, view) = test.status(instance, token).await;
                assert_eq!(status, 200, "{view}");
                (view["position"] == index + 1).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_taken_by_instances_whose_clocks_disagree_with_the_one_that_began_it() {
    let test = AdmissionTest::open().await;
    let instances = skewed(&test).await;
    for began_by in &instances {
        let (id, now_ms) = (ShopperId::generate(), began_by.clock.now().as_millisecond());
        let session = Session::begin(id, None, now_ms, TIMES).seal(&keyring());
        let shopper = TestShopper { id, session };
        let [first, again] =
            [test.join(&instances[0], &shopper).await, test.join(&instances[1], &shopper).await];
        assert_eq!(again["ticket_id"], first["ticket_id"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whether_a_drop_has_opened_is_not_up_to_the_clock_of_an_instance() {
    for (opens_in, expected) in [(SKEW / 2, 409), (-SKEW / 2, 201)] {
        let mut test = AdmissionTest::empty().await;
        test.room.config.opens_at_us = (SystemClock.now() + opens_in).as_microsecond();
        test.begin(TestRoom::EPOCH).await;
        for instance in &skewed(&test).await {
            let (status, answer) = test.try_join(instance, &TestShopper::new()).await;
            assert_eq!(status, expected, "{answer}");
        }
    }
}
