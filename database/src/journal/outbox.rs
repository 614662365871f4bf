//! Records on their way to Kafka: written in the transaction of what they report, published by the
//! relay.

use crate::{DatabaseError, Doing};
use sqlx::{PgConnection, PgPool, prelude::FromRow};
use std::{fmt::Display, time::Duration};
use uuid::Uuid;

/// A record to publish.
#[derive(Clone, Debug, FromRow)]
pub struct OutboxRow {
    /// Number of the row. Rows may commit out of the order of their numbers.
    pub id: i64,
    /// Topic, without the configured prefix.
    pub topic: String,
    /// Key of the record: the aggregate's id.
    pub key: String,
    /// The order or dead letter whose events keep their order.
    pub aggregate: Uuid,
    /// Number of the event within its aggregate, from 1.
    pub sequence: i64,
    /// The record's value, JSON.
    pub payload: String,
}

/// Rows to write, column by column.
#[derive(Default)]
pub(crate) struct NewRows {
    event_ids: Vec<Uuid>,
    topics: Vec<&'static str>,
    keys: Vec<String>,
    sequences: Vec<i64>,
    payloads: Vec<String>,
}

impl NewRows {
    /// Adds an event; the id of its aggregate is the record's key.
    pub(crate) fn push(
        &mut self,
        topic: &'static str,
        event_id: Uuid,
        aggregate: impl Display,
        sequence: i64,
        payload: String,
    ) {
        self.event_ids.push(event_id);
        self.topics.push(topic);
        self.keys.push(aggregate.to_string());
        self.sequences.push(sequence);
        self.payloads.push(payload);
    }

    pub(crate) async fn write(self, conn: &mut PgConnection) -> Result<(), DatabaseError> {
        if self.event_ids.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into outbox (event_id, topic, key, aggregate, sequence, payload)
             select e, t, k, k::uuid, s, p::jsonb
             from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[])
                 r (e, t, k, s, p)",
        )
        .bind(self.event_ids)
        .bind(self.topics)
        .bind(self.keys)
        .bind(self.sequences)
        .bind(self.payloads)
        .execute(conn)
        .await
        .doing("write the outbox")?;
        Ok(())
    }
}

/// Reads rows that are not published yet, oldest first. It goes by the flag, never by `id > last`:
/// a transaction with a lower id may commit after one with a higher.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn waiting(pool: &PgPool, limit: i64) -> Result<Vec<OutboxRow>, DatabaseError> {
    sqlx::query_as(
        "select id, topic, key, aggregate, sequence, payload::text as payload from outbox
         where published_at is null order by id limit $1",
    )
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("read the outbox")
}

/// Counts the rows that are not published yet.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn n_waiting(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar("select count(*) from outbox where published_at is null")
        .fetch_one(pool)
        .await
        .doing("count the outbox")
}

/// Marks rows that Kafka has acknowledged.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the rows are then published again.
pub async fn mark_published(pool: &PgPool, ids: &[i64]) -> Result<(), DatabaseError> {
    sqlx::query("update outbox set published_at = now() where id = any($1)")
        .bind(ids)
        .execute(pool)
        .await
        .doing("mark published rows")?;
    Ok(())
}

/// Removes published rows that are older than `age`, at most `limit`; returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn prune(pool: &PgPool, age: Duration, limit: i64) -> Result<u64, DatabaseError> {
    let done = sqlx::query(
        "delete from outbox where id in (select id from outbox
             where published_at < now() - $1 * interval '1 second' order by id limit $2)",
    )
    .bind(age.as_secs_f64())
    .bind(limit)
    .execute(pool)
    .await
    .doing("prune the outbox")?;
    Ok(done.rows_affected())
}
