//! Who comes while nobody may join, and hears why.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::drops::DropMode;
use testkit::{room::TestRoom, wait_until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_joining_is_stopped_is_told_so() {
    let mut test = AdmissionTest::empty().await;
    test.room.config.mode = DropMode::Stopped;
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let (status, problem) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("drop_stopped")), "{problem}");
}

/// Sets the mode of an open room.
async fn set_mode(test: &mut AdmissionTest, mode: DropMode, until_us: Option<i64>) {
    let config = &mut test.room.config;
    (config.mode, config.mode_until_us) = (mode, until_us);
    config.version += 1;
    let room = &test.room;
    room.queue.configure(room.drop_id, TestRoom::EPOCH, &room.config).await.unwrap();
}

/// Asks for a ticket: status, code and pause of the refusal.
async fn refusal(test: &AdmissionTest, instance: &TestInstance) -> (u16, String, Option<u64>) {
    let request = instance.request(Method::POST, &test.path("tickets"), &TestShopper::new());
    let response = request.json(&test.body()).send().await.unwrap();
    let (status, header) = (response.status().as_u16(), response.headers().get("retry-after"));
    let pause = header.map(|pause| pause.to_str().unwrap().parse().unwrap());
    let problem: Value = response.json().await.unwrap();
    (status, problem["code"].as_str().unwrap().to_owned(), pause)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_nobody_may_join_gets_no_ticket_and_hears_why_and_when_to_come_back() {
    let mut test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let waiting = test.join(&instance, &TestShopper::new()).await;
    for (mode, expected) in [
        (DropMode::Hold, (503, "held", Some(15))),
        (DropMode::Drain, (409, "drop_draining", None)),
        (DropMode::Maintenance, (503, "drop_maintenance", Some(60))),
    ] {
        set_mode(&mut test, mode, None).await;
        let (status, code, pause) = refusal(&test, &instance).await;
        assert_eq!((status, code.as_str(), pause), expected, "{mode}");
        let token = waiting["token"].as_str().unwrap();
        wait_until("the mode in a look at the ticket", PATIENCE, async || {
            let (_, view) = test.status(&instance, token).await;
            assert_eq!(view["position"], 1, "whoever waits keeps the place");
            (view["mode"] == mode.as_str()).then_some(())
        })
        .await;
    }
    set_mode(&mut test, DropMode::Running, None).await;
    test.join(&instance, &TestShopper::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn maintenance_says_until_when_to_everybody() {
    let mut test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let waiting = test.join(&instance, &TestShopper::new()).await;
    let until = "2027-03-05T18:05:00Z";
    let until_us = until.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    set_mode(&mut test, DropMode::Maintenance, Some(until_us)).await;

    let (_, problem) = test.try_join(&instance, &TestShopper::new()).await;
    assert_eq!(problem["errors"][0], json!({"field": "until", "detail": until}), "{problem}");
    wait_until("the time in a look at the ticket", PATIENCE, async || {
        let (_, view) = test.status(&instance, waiting["token"].as_str().unwrap()).await;
        (view["mode_until"] == until).then_some(())
    })
    .await;
    let room = Client::new().get(instance.url(&test.path("room"))).send().await.unwrap();
    let room: Value = room.json().await.unwrap();
    assert_eq!((&room["mode"], &room["mode_until"]), (&json!("maintenance"), &json!(until)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_line_is_refused_with_its_own_code_until_somebody_leaves() {
    let mut test = AdmissionTest::empty().await;
    test.room.config.capacity = 1;
    test.begin(TestRoom::EPOCH).await;
    let instance = test.instance().await;
    let first = test.join(&instance, &TestShopper::new()).await;
    assert_eq!(refusal(&test, &instance).await, (503, "room_full".to_owned(), Some(30)));
    test.leave(&instance, first["token"].as_str().unwrap()).await;
    test.join(&instance, &TestShopper::new()).await;
}
