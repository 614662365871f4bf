//! How far the partitions of the log have been read, and which log it was.
//!
//! A log can be replaced by another (a wiped or restored broker). Its generation is then raised, so
//! that an offset in the old one shows that it means nothing any more.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
    run_to_completion,
};
use serde_json::json;
use sqlx::{PgExecutor, PgPool};

/// How far a partition has been processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionOffset {
    /// The topic, with its prefix.
    pub topic: String,
    /// Number of the partition, from 0.
    pub partition: i32,
    /// Raised when another log took its place.
    pub generation: i64,
    /// Where to go on reading.
    pub next_offset: i64,
    /// The Kafka cluster that has the log, once a reader has seen it.
    pub cluster_id: Option<String>,
    /// SHA-256 of the record before `next_offset`.
    pub fingerprint: Option<Vec<u8>>,
}

/// Looks up a partition; `None` if nobody has read it yet. Takes a pool or a connection.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(
    executor: impl PgExecutor<'_>,
    topic: &str,
    partition: i32,
) -> Result<Option<PartitionOffset>, DatabaseError> {
    sqlx::query_as!(
        PartitionOffset,
        "select topic, partition, generation, next_offset, cluster_id, fingerprint
         from consumer_offsets where topic = $1 and partition = $2",
        topic,
        partition,
    )
    .fetch_optional(executor)
    .await
    .doing("look up the offset of a partition")
}

/// Looks up some partitions of a topic; those that nobody has read yet are left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_all(
    pool: &PgPool,
    topic: &str,
    partitions: &[i32],
) -> Result<Vec<PartitionOffset>, DatabaseError> {
    sqlx::query_as!(
        PartitionOffset,
        "select topic, partition, generation, next_offset, cluster_id, fingerprint
         from consumer_offsets where topic = $1 and partition = any($2)",
        topic,
        partitions,
    )
    .fetch_all(pool)
    .await
    .doing("look up the offsets of partitions")
}

/// Looks up a partition; one that nobody has read yet begins at `start` of this cluster's log.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find_or_begin(
    pool: &PgPool,
    topic: &str,
    partition: i32,
    start: i64,
    cluster_id: &str,
) -> Result<PartitionOffset, DatabaseError> {
    sqlx::query!(
        "insert into consumer_offsets (topic, partition, next_offset, cluster_id)
         values ($1, $2, $3, $4) on conflict do nothing",
        topic,
        partition,
        start,
        cluster_id,
    )
    .execute(pool)
    .await
    .doing("begin the offset of a partition")?;
    find(pool, topic, partition).await?.ok_or_else(|| {
        DatabaseError::new("begin the offset of a partition", sqlx::Error::RowNotFound)
    })
}

/// Notes that the log of a partition was replaced: raises the generation and begins at `start`,
/// if it is still `known`. `false` when somebody else was faster.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn replace_log(
    pool: &PgPool,
    known: &PartitionOffset,
    start: i64,
    cluster_id: &str,
    why: &str,
) -> Result<bool, DatabaseError> {
    let (pool, known) = (pool.clone(), known.clone());
    let (cluster_id, why) = (cluster_id.to_owned(), why.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to replace a log")?;
        let replaced = sqlx::query!(
            "update consumer_offsets set generation = generation + 1, next_offset = $4,
                 cluster_id = $5, fingerprint = null, updated_at = now()
             where topic = $1 and partition = $2 and generation = $3",
            known.topic,
            known.partition,
            known.generation,
            start,
            cluster_id,
        )
        .execute(&mut *tx)
        .await
        .doing("raise the generation of a log")?;
        if replaced.rows_affected() == 0 {
            return Ok(false);
        }
        let described = |generation: i64, offset: i64, cluster: Option<&str>| {
            Some(json!({ "topic": known.topic, "partition": known.partition,
                "generation": generation, "next_offset": offset, "cluster_id": cluster }))
        };
        let entry = AuditEntry {
            actor: "worker",
            action: "log.replaced",
            drop_id: None,
            seller_id: None,
            old: described(known.generation, known.next_offset, known.cluster_id.as_deref()),
            new: described(known.generation + 1, start, Some(&cluster_id)),
            why: &why,
        };
        audit::write(&mut tx, &entry).await?;
        tx.commit().await.doing("commit a replaced log")?;
        Ok(true)
    })
    .await
}
