//! Whether a log is still the one we know.
//!
//! A broker that lost its disk comes back with another cluster id, or with a log that ends before
//! our offset, or has another record there. Each raises the generation.
//!
//! | file | holds |
//! |---|---|
//! | `look` | one look at the logs of many partitions |
//! | `partitions` | partitions for the drops that are about to open |
//! | `error` | why a log cannot be read or written on |

mod error;
mod look;
mod partitions;

pub(crate) use error::KafkaLogError;
pub(crate) use look::{SeenLog, look};
pub(crate) use partitions::keep_preparing;

use crate::app::App;
use database::ordering::offsets::{self, PartitionOffset};
use std::ops::Range;

/// A partition's log as Postgres and the broker know it.
#[derive(Clone, Debug)]
pub(crate) struct KnownLog {
    /// What Postgres has.
    pub(crate) known: PartitionOffset,
    /// What the broker has.
    pub(crate) offsets: Range<i64>,
}

/// Looks a partition up, raising its generation if another cluster has it now.
pub(crate) async fn known_log(
    app: &App,
    topic: &str,
    partition: i32,
) -> Result<KnownLog, KafkaLogError> {
    let cluster = app.log_info.cluster_id().await?;
    let offsets = match app.log_info.offsets(topic, partition).await {
        // A broker that lost its disk has no topics either, and a new one too few partitions. The
        // next look goes on; only what is there can be seen to be another log.
        Err(error) if error.is_unknown_topic() => {
            partitions::add(app, partition).await?;
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
    Err(KafkaLogError::Replaced)
}

/// Raises the generation of a log, so that an offset in the old one can be seen to be void.
pub(crate) async fn replace(
    app: &App,
    known: &PartitionOffset,
    start: i64,
    why: &str,
) -> Result<(), KafkaLogError> {
    let cluster = app.log_info.cluster_id().await?;
    if offsets::replace_log(&app.pool, known, start, &cluster, why).await? {
        let PartitionOffset { topic, partition, .. } = known;
        tracing::warn!(
            topic,
            partition,
            generation = known.generation + 1,
            why,
            "the log of {topic}/{partition} was replaced ({why}); going on in the new one"
        );
    }
    Ok(())
}
