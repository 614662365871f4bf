//! Where to read on, and whether the log is still the one we know.

use crate::{app::App, event_log::LogError, kafka_log};
use database::ordering::offsets::PartitionOffset;

/// Looks up where a partition has to be read on. A log that was replaced (another cluster, our
/// place outside of it, another record before our place) gets a new generation and is read from
/// its start: duplicates meet their own order rows.
///
/// # Errors
///
/// Returns [`LogError`] when Kafka or Postgres is away, or the log was just replaced; the next
/// look goes on then.
pub async fn find(app: &App, partition: i32) -> Result<PartitionOffset, LogError> {
    let topic = &app.topics.order_commands;
    let log = kafka_log::known_log(app, topic, partition).await?;
    let (known, offsets) = (log.known, log.offsets);
    let why = if known.next_offset < offsets.start || known.next_offset > offsets.end {
        Some("our place is outside of it")
    } else if is_another_record(app, &known, offsets.start).await? {
        Some("another record stands before our place")
    } else {
        None
    };
    let Some(why) = why else { return Ok(known) };
    kafka_log::replace(app, &known, offsets.start, why).await?;
    Err(LogError::LogReplaced)
}

async fn is_another_record(
    app: &App,
    known: &PartitionOffset,
    start: i64,
) -> Result<bool, LogError> {
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
