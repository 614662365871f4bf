//! One look at the logs of many partitions.

use super::error::KafkaLogError;
use crate::app::App;
use database::ordering::offsets;
use std::collections::BTreeMap;

/// A partition as one look at all of them has found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeenLog {
    /// Generation that Postgres has.
    pub(crate) generation: i64,
    /// How far it was processed.
    pub(crate) next_offset: i64,
    /// Where it ended a moment later; before `next_offset` only if it is another log's end.
    pub(crate) end: i64,
}

/// Looks at some partitions of a topic, with one question to Postgres and one to each broker.
/// Those that are not there, or that another cluster had, are left out.
pub(crate) async fn look(
    app: &App,
    topic: &str,
    partitions: &[i32],
) -> Result<BTreeMap<i32, SeenLog>, KafkaLogError> {
    let cluster = app.log_info.cluster_id().await?;
    // Before the ends, which only grow.
    let known = offsets::find_all(&app.pool, topic, partitions).await?;
    let ends = app.log_info.ends(topic, partitions).await?;
    let ours = known.into_iter().filter(|log| log.cluster_id.as_deref() == Some(&cluster));
    let seen = ours.filter_map(|log| {
        let end = *ends.get(&log.partition)?;
        let (generation, next_offset) = (log.generation, log.next_offset);
        Some((log.partition, SeenLog { generation, next_offset, end }))
    });
    Ok(seen.collect())
}
