//! Topics, read whole without a group: nothing is committed and nobody is disturbed.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};
use shared::{
    ids::DropId,
    messages::{OrderCommand, OrderEvent, PlaceOrder, QueueEvent, QueueEventV1},
};
use uuid::Uuid;

use crate::check::evidence::Command;

/// How long reading one topic may take.
const READING: Duration = Duration::from_secs(60);

/// A record as it stands in its partition.
pub(super) struct Record {
    offset: i64,
    payload: Vec<u8>,
}

/// Reads a topic from its beginning to its present end.
pub(super) async fn dump(brokers: &str, topic: String) -> anyhow::Result<Vec<Record>> {
    let brokers = brokers.to_owned();
    let name = topic.clone();
    let read = tokio::task::spawn_blocking(move || read_topic(&brokers, &topic));
    read.await?.with_context(|| format!("cannot read the topic {name}"))
}

fn read_topic(brokers: &str, topic: &str) -> anyhow::Result<Vec<Record>> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("crowd-check-{}", Uuid::now_v7()))
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "earliest")
        .create()?;
    let metadata = consumer.fetch_metadata(Some(topic), Duration::from_secs(10))?;
    let partitions = metadata.topics().first().map(rdkafka::metadata::MetadataTopic::partitions);
    let mut assignment = TopicPartitionList::new();
    let mut unread = HashSet::new();
    for partition in partitions.into_iter().flatten() {
        assignment.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
        unread.insert(partition.id());
    }
    if unread.is_empty() {
        bail!("it has no partitions");
    }
    consumer.assign(&assignment)?;
    let (mut records, deadline) = (Vec::new(), Instant::now() + READING);
    while !unread.is_empty() && Instant::now() < deadline {
        match consumer.poll(Duration::from_millis(200)) {
            Some(Ok(message)) => records.push(Record {
                offset: message.offset(),
                payload: message.payload().unwrap_or_default().to_vec(),
            }),
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                unread.remove(&partition);
            }
            Some(Err(error)) => tracing::warn!(%error, "reading {topic}; trying on"),
            None => {}
        }
    }
    if !unread.is_empty() {
        bail!("{} partitions were not read in time", unread.len());
    }
    Ok(records)
}

/// The drop's room events; what cannot be read is no event of ours.
pub(super) fn events_of(records: &[Record], drop_id: DropId) -> Vec<QueueEventV1> {
    let parsed = records.iter().filter_map(|record| serde_json::from_slice(&record.payload).ok());
    parsed.map(|QueueEvent::V1(event)| event).filter(|event| event.drop_id == drop_id).collect()
}

/// The drop's order commands. Injected rubbish is not among them; the dead letters hold it.
pub(super) fn commands_of(records: &[Record], drop_id: DropId) -> Vec<Command> {
    let parsed = records.iter().filter_map(|record| {
        let OrderCommand::V1(order) = serde_json::from_slice(&record.payload).ok()?;
        Some(Command { offset: record.offset, order })
    });
    parsed.filter(|Command { order: PlaceOrder { drop_id: of, .. }, .. }| *of == drop_id).collect()
}

/// Event ids and numbers per order.
pub(super) fn order_events_of(
    records: &[Record],
    drop_id: DropId,
) -> HashMap<Uuid, Vec<(Uuid, i64)>> {
    let mut events: HashMap<Uuid, Vec<(Uuid, i64)>> = HashMap::new();
    for record in records {
        let Ok(OrderEvent::V1(event)) = serde_json::from_slice(&record.payload) else { continue };
        if event.drop_id == drop_id {
            let of_order = events.entry(event.order_id.as_uuid()).or_default();
            of_order.push((event.event_id, event.sequence));
        }
    }
    events
}
