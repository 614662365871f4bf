//! Who listens or polls near the front keeps their turn; who does neither is passed over and stands at
//! their old place once they are back.

use crate::harness::{AdmissionTest, PATIENCE, TestInstance, TestShopper, claims, next, until};
use serde_json::json;
use shared::{
    ids::TicketId,
    line::{LineState, Presence},
};
use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};
use testkit::{room::TestRoom, wait_until};

/// How long a mark lasts: long enough for a machine that stalls.
const TTL: Duration = Duration::from_secs(2);

/// A room without units, so that nobody can be let in yet.
async fn watched_room() -> AdmissionTest {
    let mut test = AdmissionTest::empty().await;
    let ttl_ms = NonZeroU32::new(TTL.as_millis() as u32).unwrap();
    let window = NonZeroU32::new(100).unwrap();
    test.room.config.presence = Some(Presence { ttl_ms, window });
    test.room.begin(TestRoom::EPOCH, 0).await;
    test.room.fill_bucket().await;
    test
}

async fn join(test: &AdmissionTest, instance: &TestInstance) -> String {
    let joined = test.join(instance, &TestShopper::new()).await;
    joined["token"].as_str().unwrap().to_owned()
}

/// Lets in as many as may come in once there are so many units.
async fn let_in(test: &AdmissionTest, available: u32) -> Vec<TicketId> {
    let room = &test.room;
    let stock = [room.stock(100 + i64::from(available), available, 0)];
    room.queue.update_stock(room.drop_id, TestRoom::EPOCH, &stock).await.unwrap();
    room.admit(10).await.tickets.iter().map(|one| one.ticket.ticket_id).collect()
}

fn id(token: &str) -> TicketId {
    claims(token).ticket.ticket_id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_there_keeps_their_turn_and_who_is_not_gets_it_back_once_they_are() {
    let test = watched_room().await;
    let instance = test.instance().await;
    let [first, second] = [join(&test, &instance).await, join(&test, &instance).await];
    let [polls, listens] = [join(&test, &instance).await, join(&test, &instance).await];
    let mut socket = test.stream(&instance, &listens, "").await;
    assert_eq!(next(&mut socket).await.unwrap()["position"], 4);
    let began = Instant::now();
    while began.elapsed() < TTL * 2 {
        assert_eq!(test.status(&instance, &polls).await.1["position"], 3);
        assert!(test.room.admit(10).await.tickets.is_empty(), "there are no units");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(let_in(&test, 2).await, [id(&polls), id(&listens)]);

    // One comes back with a stream, the other asks.
    let mut socket = test.stream(&instance, &first, "").await;
    assert_eq!(until(&mut socket, |frame| frame["type"] != "rebuilding").await["type"], "missed");
    let back = until(&mut socket, |frame| frame["type"] == "waiting").await;
    assert_eq!(back["position"], 1, "{back}");
    let (status, view) = test.status(&instance, &second).await;
    assert_eq!((status, &view["state"], &view["position"]), (200, &json!("waiting"), &json!(2)));
    assert_eq!(let_in(&test, 4).await, [id(&first), id(&second)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_behind_hears_why_they_are_further_back_when_somebody_returns() {
    let test = watched_room().await;
    let instance = test.instance().await;
    let [absent, let_in_first, listens] =
        [join(&test, &instance).await, join(&test, &instance).await, join(&test, &instance).await];
    let mut first = test.stream(&instance, &let_in_first, "").await;
    let mut socket = test.stream(&instance, &listens, "").await;
    next(&mut first).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < TTL * 2 {
        test.room.admit(10).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(let_in(&test, 1).await, [id(&let_in_first)]);
    until(&mut socket, |frame| frame["position"] == 1).await;

    let (room, key) = (&test.room, [claims(&absent).ticket.key()]);
    let status = room.queue.status(room.drop_id, TestRoom::EPOCH, &key).await.unwrap();
    assert_eq!(status, [LineState::Missed]);
    wait_until("return", PATIENCE, async || {
        (test.status(&instance, &absent).await.1["position"] == 1).then_some(())
    })
    .await;
    let risen = until(&mut socket, |frame| frame["position"] == 2).await;
    assert_eq!(risen["rise"], "returned", "{risen}");
}
