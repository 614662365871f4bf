//! Topics, read whole without a group: nothing is committed and nobody is disturbed.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    metadata::MetadataTopic,
};
use serde::de::DeserializeOwned;
use shared::{
    ids::{DropId, OrderId, TicketId},
    line::RoomEvent,
    messages::{OrderCommand, OrderEvent, QueueEvent, QueueEventV1},
};
use uuid::Uuid;

use crate::evidence::{CommandRecord, OwnerEvidence};

/// How long reading one topic may take.
const READING: Duration = Duration::from_secs(60);
/// How long one request for a topic's metadata may take.
const ASKING: Duration = Duration::from_secs(10);

/// A record of a topic, as it stands in its partition.
pub(super) struct TopicRecord {
    offset: i64,
    /// When it was written, in milliseconds since 1970.
    written_ms: Option<i64>,
    payload: Vec<u8>,
}

/// Reads a topic from its beginning to its current end.
pub(super) async fn dump(brokers: &str, topic: String) -> anyhow::Result<Vec<TopicRecord>> {
    let brokers = brokers.to_owned();
    let name = topic.clone();
    let read = tokio::task::spawn_blocking(move || read_topic(&brokers, &topic));
    read.await?.with_context(|| format!("cannot read the topic {name}"))
}

fn read_topic(brokers: &str, topic: &str) -> anyhow::Result<Vec<TopicRecord>> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", format!("crowd-check-{}", Uuid::now_v7()))
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest")
        .create()?;
    let mut unread = ends(&consumer, topic)?;
    let mut assignment = TopicPartitionList::new();
    for partition in unread.keys() {
        assignment.add_partition_offset(topic, *partition, Offset::Beginning)?;
    }
    consumer.assign(&assignment)?;
    let (mut records, deadline) = (Vec::new(), Instant::now() + READING);
    while !unread.is_empty() && Instant::now() < deadline {
        match consumer.poll(Duration::from_millis(200)) {
            Some(Ok(message)) => {
                let (partition, offset) = (message.partition(), message.offset());
                if unread.get(&partition).is_some_and(|end| offset + 1 >= *end) {
                    unread.remove(&partition);
                }
                let written_ms = message.timestamp().to_millis();
                let payload = message.payload().unwrap_or_default().to_vec();
                records.push(TopicRecord { offset, written_ms, payload });
            }
            Some(Err(error)) => tracing::warn!(%error, "could not read {topic}; trying again"),
            None => {}
        }
    }
    if !unread.is_empty() {
        bail!("{} partitions could not be read in time", unread.len());
    }
    Ok(records)
}

/// Returns the current end of each partition that holds anything.
fn ends(consumer: &BaseConsumer, topic: &str) -> anyhow::Result<HashMap<i32, i64>> {
    let metadata = consumer.fetch_metadata(Some(topic), ASKING)?;
    let partitions = metadata.topics().first().map(MetadataTopic::partitions).unwrap_or_default();
    if partitions.is_empty() {
        bail!("the topic has no partitions");
    }
    let mut ends = HashMap::new();
    for partition in partitions {
        let (low, high) = consumer.fetch_watermarks(topic, partition.id(), ASKING)?;
        if low < high {
            ends.insert(partition.id(), high);
        }
    }
    Ok(ends)
}

/// Reads the records of one kind; what cannot be parsed is none of ours.
fn parsed<T: DeserializeOwned>(records: &[TopicRecord]) -> impl Iterator<Item = T> {
    records.iter().filter_map(|record| serde_json::from_slice(&record.payload).ok())
}

/// Returns the drop's room events.
pub(super) fn events_of(records: &[TopicRecord], drop_id: DropId) -> Vec<QueueEventV1> {
    let events = parsed(records).map(|QueueEvent::V1(event)| event);
    events.filter(|event| event.drop_id == drop_id).collect()
}

/// Returns the drop's order commands. Garbage that a test injected is not among them; it goes to
/// the dead letters.
pub(super) fn commands_of(records: &[TopicRecord], drop_id: DropId) -> Vec<CommandRecord> {
    let parsed = records.iter().filter_map(|record| {
        let OrderCommand::V1(order) = serde_json::from_slice(&record.payload).ok()?;
        Some(CommandRecord { offset: record.offset, order })
    });
    parsed.filter(|command| command.order.drop_id == drop_id).collect()
}

/// The order events of one drop.
#[derive(Default)]
pub(super) struct PublishedEvents {
    /// Event ids and sequence numbers per order.
    pub(super) by_order: HashMap<OrderId, Vec<(Uuid, i64)>>,
    /// When the last of them was written, in microseconds since 1970.
    pub(super) last_us: Option<i64>,
}

/// Returns the drop's order events.
pub(super) fn order_events_of(records: &[TopicRecord], drop_id: DropId) -> PublishedEvents {
    let mut events = PublishedEvents::default();
    for record in records {
        let Ok(OrderEvent::V1(event)) = serde_json::from_slice(&record.payload) else { continue };
        if event.drop_id == drop_id {
            let of_order = events.by_order.entry(event.order_id).or_default();
            of_order.push((event.event_id, event.sequence));
            events.last_us = events.last_us.max(record.written_ms.map(|ms| ms * 1_000));
        }
    }
    events
}

/// Returns whose the drop's order events say that they are.
pub(super) fn owners_of(order_events: &[TopicRecord], drop_id: DropId) -> Vec<OwnerEvidence> {
    let events = parsed(order_events).map(|OrderEvent::V1(event)| event);
    let events = events.filter(|event| event.drop_id == drop_id);
    let owners = events.map(|event| OwnerEvidence {
        what: "order event".to_owned(),
        ticket_id: Some(event.order_id.into()),
        drop_id: Some(event.drop_id),
        seller_id: Some(event.seller_id),
    });
    owners.collect()
}

/// Returns the tickets that are named by records of other drops, each with its drop.
pub(super) fn tickets_elsewhere(
    events: &[TopicRecord],
    commands: &[TopicRecord],
    order_events: &[TopicRecord],
    drop_id: DropId,
) -> HashMap<TicketId, DropId> {
    let mut named: Vec<(TicketId, DropId)> = Vec::new();
    for QueueEvent::V1(record) in parsed(events) {
        if let RoomEvent::Joined { tickets } | RoomEvent::Attached { tickets } = &record.event {
            named.extend(tickets.iter().map(|ticket| (ticket.ticket_id, record.drop_id)));
        }
    }
    for OrderCommand::V1(order) in parsed(commands) {
        named.push((order.ticket_id, order.drop_id));
    }
    for OrderEvent::V1(event) in parsed(order_events) {
        named.push((event.order_id.into(), event.drop_id));
    }
    named.into_iter().filter(|(_, of)| *of != drop_id).collect()
}
