//! What must be told to others: written with what it tells of, published by the relay.

use crate::{DatabaseError, Doing, ordering::order::Change};
use jiff::Timestamp;
use shared::messages::{OrderChanged, OrderEvent, topics};
use sqlx::{PgConnection, PgPool, prelude::FromRow};
use std::time::Duration;
use uuid::Uuid;

/// A row to publish.
#[derive(Clone, Debug, FromRow)]
pub struct OutboxRow {
    /// Its number in the table.
    pub id: i64,
    /// Topic before the configured prefix.
    pub topic: String,
    /// Key of the record.
    pub key: String,
    /// What the order of events is kept for.
    pub aggregate: Uuid,
    /// Place among the events of the aggregate.
    pub sequence: i64,
    /// The record, JSON.
    pub payload: String,
}

/// Rows to write, column by column.
#[derive(Default)]
pub(crate) struct NewRows {
    event_ids: Vec<Uuid>,
    topics: Vec<&'static str>,
    keys: Vec<String>,
    aggregates: Vec<Uuid>,
    sequences: Vec<i64>,
    payloads: Vec<String>,
}

impl NewRows {
    pub(crate) fn push(
        &mut self,
        topic: &'static str,
        event_id: Uuid,
        aggregate: Uuid,
        sequence: i64,
        payload: String,
    ) {
        self.event_ids.push(event_id);
        self.topics.push(topic);
        self.keys.push(aggregate.to_string());
        self.aggregates.push(aggregate);
        self.sequences.push(sequence);
        self.payloads.push(payload);
    }

    pub(crate) async fn write(self, conn: &mut PgConnection) -> Result<(), DatabaseError> {
        if self.event_ids.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into outbox (event_id, topic, key, aggregate, sequence, payload)
             select e, t, k, a, s, p::jsonb
             from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::text[])
                 r (e, t, k, a, s, p)",
        )
        .bind(self.event_ids)
        .bind(self.topics)
        .bind(self.keys)
        .bind(self.aggregates)
        .bind(self.sequences)
        .bind(self.payloads)
        .execute(conn)
        .await
        .doing("write the outbox")?;
        Ok(())
    }
}

/// Writes one event for each change of an order.
pub(crate) async fn append_order_events(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let mut rows = NewRows::default();
    for change in changes {
        let event_id = Uuid::now_v7();
        let event = order_event(change, event_id, at);
        let payload = serde_json::to_string(&event).expect("an order event has string keys only");
        let (aggregate, sequence) = (change.order.id.as_uuid(), i64::from(change.sequence));
        rows.push(topics::ORDER_EVENTS, event_id, aggregate, sequence, payload);
    }
    rows.write(conn).await
}

fn order_event(change: &Change<'_>, event_id: Uuid, at: Timestamp) -> OrderEvent {
    let order = change.order;
    OrderEvent::V1(OrderChanged {
        event_id,
        order_id: order.id,
        sequence: i64::from(change.sequence),
        drop_id: order.drop_id,
        seller_id: order.seller_id,
        variant_id: order.variant_id,
        units: order.units.unsigned_abs(),
        amount_minor: order.amount_minor,
        currency: order.currency.clone(),
        state: change.to,
        reason: change.reason.clone(),
        at_us: at.as_microsecond(),
    })
}

/// Reads rows that wait, oldest first. By the flag, never by `id > last`: a transaction with a
/// lower id may commit after one with a higher.
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

/// How many rows wait.
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

/// Marks rows that Kafka has.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; then they are published again.
pub async fn mark_published(pool: &PgPool, ids: &[i64]) -> Result<(), DatabaseError> {
    sqlx::query("update outbox set published_at = now() where id = any($1)")
        .bind(ids)
        .execute(pool)
        .await
        .doing("mark published rows")?;
    Ok(())
}

/// Removes published rows older than `age`, at most `limit`. Gives how many.
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
