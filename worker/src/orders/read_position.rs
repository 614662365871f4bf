//! Where to read on, and whether the log is still the one we know.

use crate::{
    app::App,
    kafka_log::{self, KafkaLogError},
};
use database::ordering::offsets::PartitionOffset;

/// Where a partition is read: the compare-and-set of each batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadPosition {
    pub(super) partition: i32,
    /// Generation of the log.
    pub(super) generation: i64,
    /// The offset that Postgres has.
    pub(super) next_offset: i64,
}

/// Looks up where a partition has to be read on. A log that was replaced (another cluster, our
/// offset outside of it, another record before our offset) gets a new generation and is read from
/// its start: duplicates meet their own order rows.
pub(super) async fn find(app: &App, partition: i32) -> Result<ReadPosition, KafkaLogError> {
    let topic = &app.topics.order_commands;
    let log = kafka_log::known_log(app, topic, partition).await?;
    let (known, offsets) = (log.known, log.offsets);
    let why = if known.next_offset < offsets.start || known.next_offset > offsets.end {
        "our offset is outside of it"
    } else if is_another_record(app, &known, offsets.start).await? {
        "another record stands before our offset"
    } else {
        let PartitionOffset { generation, next_offset, .. } = known;
        return Ok(ReadPosition { partition, generation, next_offset });
    };
    kafka_log::replace(app, &known, offsets.start, why).await?;
    Err(KafkaLogError::Replaced)
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
        broker::fingerprint_before(&app.settings.kafka, topic, partition, known.next_offset)
            .await?;
    Ok(found.is_some_and(|found| found[..] != fingerprint[..]))
}
