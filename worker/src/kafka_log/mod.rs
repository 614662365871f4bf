//! Whether the log is still the one that we know.
//!
//! A broker that lost its disk comes back with another cluster id, or with a log that ends before
//! our place, or has something else there. Each raises the generation.

use crate::{app::App, event_log::LogError};
use database::ordering::offsets::{self, PartitionOffset};
use std::ops::Range;

/// A partition's log as Postgres and the broker know it.
#[derive(Clone, Debug)]
pub struct KnownLog {
    /// What Postgres has.
    pub known: PartitionOffset,
    /// What the broker has.
    pub offsets: Range<i64>,
}

/// Looks a partition up, raising its generation if another cluster has it now.
///
/// # Errors
///
/// Returns [`LogError`] when Kafka or Postgres is away.
pub async fn known_log(app: &App, topic: &str, partition: i32) -> Result<KnownLog, LogError> {
    let cluster = app.log_info.cluster_id().await?;
    let offsets = match app.log_info.offsets(topic, partition).await {
        // A broker that lost its disk has no topics either.
        Err(error) if error.is_unknown_topic() => {
            broker::admin::ensure_topics(&app.settings.kafka).await?;
            return Err(error.into());
        }
        offsets => offsets?,
    };
    let known =
        offsets::find_or_begin(&app.pool, topic, partition, offsets.start, &cluster).await?;
    if known.cluster_id.as_deref() == Some(&cluster) {
        return Ok(KnownLog { known, offsets });
    }
    replace(app, &known, offsets.start, "another cluster answers").await?;
    Err(LogError::LogReplaced)
}

/// Raises the generation of a log.
///
/// # Errors
///
/// Returns [`LogError`] when Kafka or Postgres is away.
pub async fn replace(
    app: &App,
    known: &PartitionOffset,
    start: i64,
    why: &str,
) -> Result<(), LogError> {
    let cluster = app.log_info.cluster_id().await?;
    if offsets::replace_log(&app.pool, known, start, &cluster, why).await? {
        tracing::warn!(
            topic = known.topic,
            partition = known.partition,
            generation = known.generation + 1,
            "the log was replaced ({why}): reading goes on at its start"
        );
    }
    Ok(())
}
