//! Live positions and what follows them.

mod connections;
mod figures;

use crate::harness::{
    AdmissionTest, PATIENCE, TestInstance, TestShopper, claims, next, until, until_close,
};
use futures_util::StreamExt;
use reqwest::Client;
use serde_json::{Value, json};
use shared::{
    drops::CloseReason,
    ids::TicketId,
    lifecycle::TicketState,
    line::{
        AttachOutcome, Epoch, Extension, Finished, JoinedTicket, LogPosition, Score, SettleOutcome,
        Settlement,
    },
};
use std::time::{Duration, Instant};
use testkit::{room::TestRoom, wait_until};
use tokio::time::timeout;

const EPOCH: Epoch = TestRoom::EPOCH;
/// Listeners of a drop that ends, and drops that may end: a machine that is busy may be late once, and
/// a fault each time.
const N_LISTENERS: usize = 30;
const N_ENDS: usize = 3;
const TOLD_WITHIN: Duration = Duration::from_secs(2);
/// Far longer than a stop takes; after 20 s, what has not stopped would be dropped.
const STOPPED_WITHIN: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_from_waiting_to_the_end_is_told() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&instance, token, "").await;
    let first = next(&mut socket).await.unwrap();
    assert_eq!((&first["type"], &first["position"]), (&json!("waiting"), &json!(1)));

    let ticket = claims(token).ticket;
    wait_until("admission", PATIENCE, async || {
        (!test.room.admit(1).await.tickets.is_empty()).then_some(())
    })
    .await;
    assert_eq!(test.status(&instance, token).await.1["state"], "waiting");
    let position = LogPosition { generation: 1, partition: 0, offset: 0 };
    let extension = Extension { ticket_id: ticket.ticket_id, position };
    let lease = Duration::from_secs(60);
    test.room.queue.extend(test.room.drop_id, EPOCH, &[extension], lease).await.unwrap();
    until(&mut socket, |frame| frame["type"] == "admitting").await;
    assert_eq!(test.status(&instance, token).await.1["state"], "admitting");

    let settled = Settlement { ticket: ticket.key(), outcome: SettleOutcome::Held };
    test.room.queue.settle(test.room.drop_id, EPOCH, &[], &[settled]).await.unwrap();
    until(&mut socket, |frame| frame["type"] == "held").await;
    assert_eq!(test.status(&instance, token).await.1["state"], "held");

    let finished = Finished { ticket: ticket.key(), state: TicketState::Confirmed };
    test.room.queue.finish(test.room.drop_id, EPOCH, &[], &[finished]).await.unwrap();
    let end = until(&mut socket, |frame| frame["type"] == "order").await;
    assert_eq!(end["state"], "confirmed");
    assert_eq!(until_close(&mut socket).await.0, 4502);
    assert_eq!(test.status(&instance, token).await.1["state"], "finished");
}

/// Ends a drop; returns how long it takes until all who listen have heard it.
async fn time_until_all_are_told(test: &AdmissionTest, instance: &TestInstance) -> Duration {
    let mut sockets = Vec::new();
    for _ in 0..N_LISTENERS {
        let joined = test.join(instance, &TestShopper::new()).await;
        sockets.push(test.stream(instance, joined["token"].as_str().unwrap(), "").await);
    }
    next(&mut sockets[N_LISTENERS - 1]).await.unwrap();
    let begun = Instant::now();
    test.room.queue.end(test.room.drop_id, EPOCH, CloseReason::SoldOut).await.unwrap();
    for socket in &mut sockets {
        let frame = until(socket, |frame| frame["type"] == "closed").await;
        assert_eq!(frame["reason"], "sold_out");
        assert_eq!(until_close(socket).await.0, 4500);
    }
    let took = begun.elapsed();
    let (status, problem) = test.try_join(instance, &TestShopper::new()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("sold_out")));
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_a_drop_reaches_all_streams_within_two_seconds() {
    let mut test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let mut fastest = time_until_all_are_told(&test, &instance).await;
    for _ in 1..N_ENDS {
        if fastest < TOLD_WITHIN {
            break;
        }
        test = AdmissionTest::on(test.room.redis.clone()).await;
        test.begin(EPOCH).await;
        fastest = fastest.min(time_until_all_are_told(&test, &instance).await);
    }
    assert!(fastest < TOLD_WITHIN, "{fastest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_tells_everybody_when_to_come_back() {
    let test = AdmissionTest::open().await;
    let (stopping, other) = (test.instance().await, test.instance().await);
    let joined = test.join(&stopping, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let mut socket = test.stream(&stopping, token, "").await;
    let seen = next(&mut socket).await.unwrap();
    stopping.shutdown.begin();
    let (code, reason) = until_close(&mut socket).await;
    assert_eq!(code, 1012);
    assert!(reason.starts_with("retry_after_ms="), "{reason}");
    let stopped = timeout(STOPPED_WITHIN, stopping.task).await;
    stopped.expect("stops in time").unwrap().unwrap();

    let query = format!("?seen={}.{}.{}", seen["epoch"], seen["evn"], seen["position"]);
    let mut socket = test.stream(&other, token, &query).await;
    assert_eq!(next(&mut socket).await.unwrap()["position"], seen["position"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_returning_client_is_served_by_what_it_saw() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    test.join(&instance, &TestShopper::new()).await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    // It says that it saw position 1 with event 3, the last one (Begun, then two joins). It is
    // second, but no event since then may let its position rise.
    let mut socket = test.stream(&instance, token, "?seen=1.3.1").await;
    let frame = next(&mut socket).await.unwrap();
    assert_eq!((&frame["evn"], &frame["position"]), (&json!(3), &json!(1)), "{frame}");
    assert!(frame["rise"].is_null(), "{frame}");
    // An event that nobody has is not waited for longer than patience lasts; even then the position
    // does not rise.
    let begun = Instant::now();
    let mut socket = test.stream(&instance, token, "?seen=1.999999.1").await;
    assert_eq!(next(&mut socket).await.unwrap()["position"], 1);
    assert!(begun.elapsed() > Duration::from_secs(4));
    let mut socket = test.stream(&instance, token, "?seen=nonsense").await;
    assert_eq!(next(&mut socket).await.unwrap()["position"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_comes_back_ahead_labels_the_rise() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    // A ticket of an earlier epoch, which Redis has lost.
    let lost = JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: TestShopper::new().id,
        score: Score::new(Epoch(0), 1),
        ..claims(token).ticket
    };
    let attached = test.room.queue.attach(test.room.drop_id, EPOCH, &[lost]).await.unwrap();
    assert_eq!((attached.evn, &attached.outcomes[..]), (3, &[AttachOutcome::Attached][..]));
    wait_until("event 3", PATIENCE, async || {
        (test.status(&instance, token).await.1["evn"] == 3).then_some(())
    })
    .await;

    // Who saw position 1 before that event hears why it is 2 now; who saw it after, keeps it.
    for (seen, position, rise) in [("1.2.1", 2, json!("returned")), ("1.3.1", 1, json!(null))] {
        let mut socket = test.stream(&instance, token, &format!("?seen={seen}")).await;
        let frame = next(&mut socket).await.unwrap();
        assert_eq!((&frame["position"], &frame["rise"]), (&json!(position), &rise), "{frame}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_sent_events_say_the_same() {
    let test = AdmissionTest::open().await;
    let instance = test.instance().await;
    let joined = test.join(&instance, &TestShopper::new()).await;
    let token = joined["token"].as_str().unwrap();
    let url = instance.url(&test.path("events"));
    let response = Client::new().get(url).header("sluice-ticket", token).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut chunks = Box::pin(futures_util::stream::unfold(response, async |mut response| {
        let chunk = response.chunk().await.ok()??;
        Some((String::from_utf8(chunk.to_vec()).unwrap(), response))
    }));
    let first = chunks.next().await.unwrap();
    let frame: Value = serde_json::from_str(first.trim().strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!((&frame["type"], &frame["position"]), (&json!("waiting"), &json!(1)));
}
