//! The relay on a real log.

use crate::{
    SOON,
    orders::{produce, start},
    test_worker::TestWorker,
};
use shared::messages::{DeadLetter, OrderEvent};
use testkit::wait_until;
use worker::relay::publish_waiting;

/// The values of all records of a topic, partition by partition.
async fn records(worker: &TestWorker, topic: &str, partitions: i32) -> Vec<Vec<u8>> {
    let mut values = Vec::new();
    for partition in 0..partitions {
        let range = worker.app.log_info.offsets(topic, partition).await.unwrap();
        let ranges = &worker.app.ranges;
        let mut reader = broker::RangeReader::open(ranges, topic, partition, range).await.unwrap();
        while let Some(records) = reader.next().await.unwrap() {
            values.extend(records.into_iter().map(|record| record.payload.unwrap()));
        }
    }
    values
}

#[tokio::test]
async fn every_event_is_published_in_the_order_of_its_order() {
    let worker = TestWorker::with_log().await;
    for _ in 0..5 {
        worker.pay("pm_card_approve").await;
    }
    while publish_waiting(&worker.app).await.unwrap() > 0 {}

    let records = records(&worker, &worker.app.topics.order_events, 4).await;
    let events: Vec<_> = records
        .iter()
        .map(|value| {
            let OrderEvent::V1(event) = serde_json::from_slice(value).unwrap();
            event
        })
        .collect();
    assert_eq!(events.len(), 10);
    for event in events.iter().filter(|event| event.sequence == 2) {
        let at = |sequence| {
            events
                .iter()
                .position(|other| other.order_id == event.order_id && other.sequence == sequence)
        };
        assert!(at(1) < at(2));
    }
    let waiting = "select count(*) from pending where consumer = 'events'";
    assert_eq!(worker.number(waiting).await, 0);
}

/// More rows than the relay takes at a time. They have no orders, so they stay.
const MUCH: &str = "
    with written as (
        insert into journal (drop_id, orders, sequences, states, reasons)
        select id, '{}', '{}', '{}', '{}' from drops, generate_series(1, 1000)
        returning id, day, drop_id)
    insert into pending (consumer, journal_id, day, drop_id)
    select 'events', id, day, drop_id from written";

#[tokio::test]
async fn a_drop_with_much_to_publish_keeps_no_other_waiting_for_more_than_a_batch() {
    let worker = TestWorker::with_log().await;
    worker.execute(MUCH).await;
    let other = worker.another_drop().await;
    worker.place_in(&other).await;

    assert_eq!(publish_waiting(&worker.app).await.unwrap(), 1);

    let waiting = "select count(*) from pending p join orders o using (drop_id)
        where p.consumer = 'events'";
    assert_eq!(worker.number(waiting).await, 0);
}

#[tokio::test]
async fn a_record_that_nobody_understands_is_published_once() {
    let worker = TestWorker::with_log().await;
    start(&worker);
    produce(&worker, b"rubbish").await;
    let waiting = "select count(*) from dead_letters where published_at is null";
    wait_until("a dead letter", SOON, async || (worker.number(waiting).await == 1).then_some(()))
        .await;

    while publish_waiting(&worker.app).await.unwrap() > 0 {}

    assert_eq!(worker.number(waiting).await, 0);
    let records = records(&worker, &worker.app.topics.dead_letters, 1).await;
    let DeadLetter::V1(letter) = serde_json::from_slice(&records[0]).unwrap();
    assert_eq!((records.len(), letter.reason.as_str()), (1, "malformed"));
}
