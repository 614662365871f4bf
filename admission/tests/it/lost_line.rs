//! Redis is wiped and the line rebuilt: nobody loses their position.

use crate::harness::{AdmissionTest, PATIENCE, TestShopper, next, until};
use serde_json::json;
use shared::line::Epoch;
use stack::{Stack, StackOptions};
use std::time::Duration;
use tempfile::TempDir;
use testkit::{TestRedis, room::TestRoom, wait_until};

const NEXT_EPOCH: Epoch = Epoch(2);

/// An open room on a Redis that nobody else uses, so that it can be wiped, killed and frozen.
pub(crate) struct LossTest {
    pub(crate) test: AdmissionTest,
    pub(crate) stack: Stack,
    /// Dropped after the server that writes there.
    _dir: TempDir,
}

impl LossTest {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
        let stack = Stack::start(options).await.unwrap();
        let test = AdmissionTest::on(TestRedis::create_on(&stack.endpoints()).await).await;
        test.begin(TestRoom::EPOCH).await;
        Self { test, stack, _dir: dir }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_wipe_connected_tickets_come_back_at_their_own_position() {
    let loss = LossTest::open().await;
    let (test, stack) = (&loss.test, &loss.stack);
    let instance = test.instance().await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        let joined = test.join(&instance, &TestShopper::new()).await;
        tokens.push(joined["token"].as_str().unwrap().to_owned());
    }
    let mut socket = test.stream(&instance, &tokens[2], "").await;
    assert_eq!(next(&mut socket).await.unwrap()["position"], 3);

    stack.wipe_redis().await.unwrap();
    until(&mut socket, |frame| frame["type"] == "rebuilding").await;
    let (status, problem) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!((status, &problem["code"]), (503, &json!("room_rebuilding")));

    test.begin(NEXT_EPOCH).await;
    // Nothing was restored from the log here: only those who show their ticket are back.
    let back = until(&mut socket, |frame| frame["type"] == "waiting").await;
    assert_eq!((&back["epoch"], &back["position"]), (&json!(2), &json!(1)));
    let first = wait_until("first ticket", PATIENCE, async || {
        let (status, view) = test.status(&instance, &tokens[0]).await;
        (status == 200).then_some(view)
    })
    .await;
    assert_eq!(first["position"], 1);
    let risen = until(&mut socket, |frame| frame["position"] == 2).await;
    assert_eq!(risen["rise"], "returned");

    let (status, newcomer) = wait_until("join", PATIENCE, async || {
        let (status, body) = test.try_join(&instance, &TestShopper::new()).await;
        (status == 201).then_some((status, body))
    })
    .await;
    assert_eq!((status, &newcomer["position"]), (201, &json!(3)));
    // Late, but ahead of the newcomer all the same.
    assert_eq!(test.status(&instance, &tokens[4]).await.1["position"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_redis_is_not_mistaken_for_the_one_before() {
    let loss = LossTest::open().await;
    let (test, stack) = (&loss.test, &loss.stack);
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    next(&mut socket).await.unwrap();

    stack.redis().kill9().await.unwrap();
    until(&mut socket, |frame| frame["type"] == "rebuilding").await;
    assert_eq!(test.try_join(&instance, &TestShopper::new()).await.0, 503);
    stack.redis().restart().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(test.try_join(&instance, &TestShopper::new()).await.0, 503);

    test.begin(NEXT_EPOCH).await;
    let frame = until(&mut socket, |frame| frame["type"] == "waiting").await;
    assert_eq!((&frame["position"], &frame["epoch"]), (&json!(1), &json!(2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_lost_redis_says_so_and_stays_where_shoppers_find_it() {
    let loss = LossTest::open().await;
    let (test, stack) = (&loss.test, &loss.stack);
    let instance = test.instance().await;
    assert_eq!(instance.readiness().await.1["redis"], true);

    stack.redis().kill9().await.unwrap();
    let (status, _) = wait_until("lost Redis", PATIENCE, async || {
        let (status, checks) = instance.readiness().await;
        (checks["redis"] == false).then_some((status, checks))
    })
    .await;
    assert_eq!(status, 200);
    // One that has never reached it is no good to anybody.
    let newcomer = test.unready_instance().await;
    assert_eq!(newcomer.readiness().await.0, 503);
    stack.redis().restart().await.unwrap();
    wait_until("Redis again", PATIENCE, async || {
        let is_back = instance.readiness().await.1["redis"] == true;
        (is_back && newcomer.readiness().await.0 == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_the_line_has_lost_can_leave_for_good() {
    let loss = LossTest::open().await;
    let (test, stack) = (&loss.test, &loss.stack);
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    stack.wipe_redis().await.unwrap();
    test.begin(NEXT_EPOCH).await;

    let left = wait_until("line", PATIENCE, async || {
        let (status, view) = test.leave(&instance, token).await;
        (status == 200).then_some(view)
    })
    .await;
    assert_eq!(left["state"], "left");
    // Had it never been in this line, a look would have put it back.
    assert_eq!(test.status(&instance, token).await.1["state"], "left");
}
