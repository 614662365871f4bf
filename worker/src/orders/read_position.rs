//! Where to read on, and whether the log is still the one we know.

use super::log_start::LogStart;
use crate::{
    app::App,
    kafka_log::{self, KafkaLogError, KnownLog},
};
use database::ordering::offsets::PartitionOffset;
use shared::{ids::DropId, telemetry::CounterName};

/// Where a partition is read: the compare-and-set of each batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadPosition {
    pub(super) partition: i32,
    /// Generation of the log.
    pub(super) generation: i64,
    /// The offset that Postgres has.
    pub(super) next_offset: i64,
}

/// Looks up where a partition has to be read on. A log that is no longer as we know it (our offset
/// outside of it, another record before our offset) gets a new generation and is read from where its
/// drop begins: duplicates meet their own order rows. One of another cluster is read from its start.
pub(super) async fn find(app: &App, partition: i32) -> Result<ReadPosition, KafkaLogError> {
    let topic = &app.topics.order_commands;
    let log = kafka_log::known_log(app, topic, partition).await?;
    let Some(why) = what_is_wrong(app, &log).await? else {
        let PartitionOffset { generation, next_offset, .. } = log.known;
        return Ok(ReadPosition { partition, generation, next_offset });
    };
    let drop_id = drop_of(app, partition);
    let start = LogStart::find(app, drop_id, &log).await?;
    // Otherwise only what a former drop had left was deleted.
    if start.n_gone > 0 || log.known.next_offset >= log.offsets.start {
        report(partition, drop_id, start, why);
    }
    kafka_log::replace(app, &log.known, start.offset, why).await?;
    Err(KafkaLogError::Replaced)
}

/// Returns why the log cannot be read on where Postgres says; `None` if it can.
async fn what_is_wrong(app: &App, log: &KnownLog) -> Result<Option<&'static str>, KafkaLogError> {
    let (known, offsets) = (&log.known, &log.offsets);
    if known.next_offset < offsets.start {
        return Ok(Some("records before its start were not read"));
    }
    if known.next_offset > offsets.end {
        return Ok(Some("it ends before our offset"));
    }
    let is_another = is_another_record(app, known, offsets.start).await?;
    Ok(is_another.then_some("another record stands before our offset"))
}

async fn is_another_record(
    app: &App,
    known: &PartitionOffset,
    start: i64,
) -> Result<bool, KafkaLogError> {
    let Some(fingerprint) = &known.fingerprint else { return Ok(false) };
    if known.next_offset <= start {
        // It is no longer kept, so nothing can be said.
        return Ok(false);
    }
    let (topic, partition) = (&known.topic, known.partition);
    let found =
        broker::fingerprint_before(&app.ranges, topic, partition, known.next_offset).await?;
    Ok(found.is_some_and(|found| found[..] != fingerprint[..]))
}

/// Returns the drop that has this partition, if one does that is being sold.
fn drop_of(app: &App, partition: i32) -> Option<DropId> {
    let drops = app.drops.now();
    drops.values().find(|flash_drop| flash_drop.partition == partition).map(|found| found.id)
}

/// Counts a log that has lost records, and says so aloud. What it lost comes back when the leases of its
/// tickets are over; that a log loses anything is to be looked into all the same.
fn report(partition: i32, drop_id: Option<DropId>, start: LogStart, why: &str) {
    let LogStart { offset, n_gone } = start;
    let of_drop = drop_id.map_or_else(|| "no drop".to_owned(), |id| format!("drop {id}"));
    CounterName::CommandLogsCut.get().increment(1);
    tracing::error!(
        partition,
        drop = of_drop,
        offset,
        n_gone,
        why,
        "the commands of {of_drop} in partition {partition} are read from offset {offset} on, \
         {n_gone} are gone that nobody had read ({why}): look why Kafka lost records"
    );
}
