//! The relay on a real log.

use crate::{SOON, test_worker::TestWorker};
use shared::messages::OrderEvent;
use worker::relay::publish_waiting;

#[tokio::test]
async fn every_event_is_published_in_the_order_of_its_order() {
    let worker = TestWorker::with_log().await;
    for _ in 0..5 {
        worker.pay("pm_card_approve").await;
    }
    while publish_waiting(&worker.app).await.unwrap() > 0 {}

    let (topic, mut events) = (&worker.app.topics.order_events, Vec::new());
    for partition in 0..4 {
        let range = worker.app.log_info.offsets(topic, partition).await.unwrap();
        let kafka = &worker.app.settings.kafka;
        let mut reader =
            broker::PartitionReader::open(kafka, topic, partition, range.start).unwrap();
        while reader.next_offset() < range.end {
            for record in reader.read_batch(100, SOON).await.unwrap() {
                let OrderEvent::V1(event) =
                    serde_json::from_slice(&record.payload.unwrap()).unwrap();
                events.push(event);
            }
        }
    }
    assert_eq!(events.len(), 10);
    for event in events.iter().filter(|event| event.sequence == 2) {
        let at = |sequence| {
            events
                .iter()
                .position(|other| other.order_id == event.order_id && other.sequence == sequence)
        };
        assert!(at(1) < at(2));
    }
    assert_eq!(worker.number("select count(*) from outbox where published_at is null").await, 0);
}
