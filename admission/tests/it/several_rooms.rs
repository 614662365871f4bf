//! One shopper in several lines.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper, answer, next};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use shared::drops::DropMode;
use std::{num::NonZeroU32, time::Instant};
use testkit::room::TestRoom;

const JOINS: &str = "/v1/joins";

/// So many open rooms in one Redis.
async fn open(n_rooms: usize) -> Vec<AdmissionTest> {
    let first = AdmissionTest::open().await;
    let redis = first.room.redis.clone();
    let mut rooms = vec![first];
    while rooms.len() < n_rooms {
        let room = AdmissionTest::on(redis.clone()).await;
        room.begin(TestRoom::EPOCH).await;
        rooms.push(room);
    }
    rooms
}

fn body(rooms: &[&AdmissionTest]) -> Value {
    let rooms =
        rooms.iter().map(|test| json!({ "drop_id": test.room.drop_id, "join": test.body() }));
    json!({ "rooms": rooms.collect::<Vec<_>>() })
}

async fn join(instance: &TestInstance, shopper: &TestShopper, body: &Value) -> Response {
    instance.request(Method::POST, JOINS, shopper).json(body).send().await.unwrap()
}

async fn statuses(response: Response) -> Vec<u64> {
    let answers: Value = response.json().await.unwrap();
    let answers = answers["data"].as_array().unwrap();
    answers.iter().map(|room| room["status"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_rooms_are_joined_in_one_call_and_each_is_followed() {
    let rooms = open(3).await;
    let instance = rooms[0].instance().await;
    rooms[1].join(&instance, &TestShopper::new()).await;
    let shopper = TestShopper::new();
    let body = body(&rooms.iter().collect::<Vec<_>>());

    let response = join(&instance, &shopper, &body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 3);
    let joined: Value = response.json().await.unwrap();
    for (at, test) in rooms.iter().enumerate() {
        let answer = &joined["data"][at];
        let position = if at == 1 { 2 } else { 1 };
        assert_eq!(
            (&answer["drop_id"], &answer["status"]),
            (&json!(test.room.drop_id), &json!(201))
        );
        assert_eq!(answer["ticket"]["position"], position, "{answer}");
        let token = answer["ticket"]["token"].as_str().unwrap();
        let mut socket = test.stream(&instance, token, "").await;
        assert_eq!(next(&mut socket).await.unwrap()["position"], position);
    }

    assert_eq!(statuses(join(&instance, &shopper, &body).await).await, [200, 200, 200]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_that_refuses_says_so_for_itself_and_the_others_are_joined() {
    let rooms = open(2).await;
    let mut held = AdmissionTest::on(rooms[0].room.redis.clone()).await;
    held.room.config.mode = DropMode::Hold;
    held.begin(TestRoom::EPOCH).await;
    let instance = rooms[0].instance().await;
    let mut body = body(&[&rooms[0], &held, &rooms[1]]);
    body["rooms"][2]["join"]["units"] = json!(0);
    let response = join(&instance, &TestShopper::new(), &body).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 1);
    let answers: Value = response.json().await.unwrap();
    let code = |at: usize| answers["data"][at]["problem"]["code"].as_str().unwrap_or("joined");
    assert_eq!([0, 1, 2].map(code), ["joined", "held", "invalid_units"]);
    assert_eq!(answers["data"][1]["retry_after_ms"], 15_000);
    assert_eq!(answers["data"][2]["ticket"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_room_of_a_call_counts_as_one_join() {
    const RATE: u32 = 2;
    /// What two seconds earn passes at once.
    const BURST: usize = 4;
    let rooms = open(1).await;
    let rate = NonZeroU32::new(RATE).unwrap();
    let instance = rooms[0].instance_with(|settings| settings.limits.joins_per_second = rate).await;
    let shopper = TestShopper::new();
    let many = body(&[&rooms[0]; 10]);
    let (begun, mut n_passed) = (Instant::now(), 0);
    // A machine may be so slow that all joins of a call are earned while it is answered.
    loop {
        let answered = statuses(join(&instance, &shopper, &many).await).await;
        n_passed += answered.iter().filter(|status| [200, 201].contains(*status)).count();
        if answered.contains(&429) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "no room was refused for the limit");
    }
    let earned = f64::from(RATE) * begun.elapsed().as_secs_f64();
    assert!(n_passed >= BURST, "{n_passed} passed");
    assert!(n_passed as f64 <= BURST as f64 + earned, "{n_passed} passed, {earned} earned");
    assert!(statuses(join(&instance, &TestShopper::new(), &many).await).await.contains(&201));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_for_no_room_or_too_many_is_refused_whole() {
    let rooms = open(1).await;
    let instance = rooms[0].instance().await;
    for n_rooms in [0, 11] {
        let body = body(&vec![&rooms[0]; n_rooms]);
        let request = instance.request(Method::POST, JOINS, &TestShopper::new()).json(&body);
        let (status, problem) = answer(request).await;
        assert_eq!((status, &problem["code"]), (422, &json!("invalid_rooms")), "{n_rooms}");
        assert_eq!(problem["errors"][0]["field"], "/rooms");
    }
    let nobody = reqwest::Client::new().post(instance.url(JOINS)).json(&body(&[&rooms[0]]));
    assert_eq!(answer(nobody).await.1["code"], "session_required");
}
