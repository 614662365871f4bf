//! Records that could not be processed: put aside whole, and shown to operators.

use crate::{DatabaseError, Doing};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId},
    messages::{DeadLetter, DeadLetterV1},
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A record that was put aside, as operators see it.
#[derive(Clone, Debug)]
pub struct DeadLetterView {
    /// Sorts by the time at which it was put aside.
    pub id: Uuid,
    /// Topic it was read from, with its prefix.
    pub topic: String,
    /// Partition it was read from.
    pub partition: i32,
    /// Offset it was read at.
    pub log_offset: i64,
    /// Its drop, if that much could be read.
    pub drop_id: Option<DropId>,
    /// Its order, if that much could be read.
    pub order_id: Option<OrderId>,
    /// Stable code of the reason.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// Size of the record's value.
    pub n_bytes: i32,
    /// When it was put aside.
    pub created_at: Timestamp,
}

/// Reads records that were put aside, newest first, from below `before`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn list(
    pool: &PgPool,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<DeadLetterView>, DatabaseError> {
    sqlx::query_as!(
        DeadLetterView,
        r#"select id, topic, partition, log_offset, drop_id, order_id, reason, detail,
             length(payload) as "n_bytes!", created_at
         from dead_letters where ($1::uuid is null or id < $1) order by id desc limit $2"#,
        before,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("list dead letters")
}

/// A record to put aside.
pub(crate) struct NewDeadLetter<'a> {
    pub(crate) offset: i64,
    pub(crate) drop_id: Option<DropId>,
    pub(crate) order_id: Option<OrderId>,
    pub(crate) reason: &'a str,
    pub(crate) detail: &'a str,
    pub(crate) payload: &'a [u8],
}

/// The log that the records were read from.
pub(crate) struct SourceLog<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) generation: i64,
}

/// Puts records aside; the relay publishes them. One that is there already stays as it is.
pub(crate) async fn append(
    conn: &mut PgConnection,
    source: &SourceLog<'_>,
    letters: &[NewDeadLetter<'_>],
) -> Result<(), DatabaseError> {
    for letter in letters {
        sqlx::query!(
            "insert into dead_letters (id, topic, partition, generation, log_offset, drop_id,
                 order_id, reason, detail, payload)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict on constraint dead_letter_once do nothing",
            Uuid::now_v7(),
            source.topic,
            source.partition,
            source.generation,
            letter.offset,
            letter.drop_id as Option<DropId>,
            letter.order_id as Option<OrderId>,
            letter.reason,
            // Postgres keeps no NUL in a text; what a broken record says may have one.
            letter.detail.replace('\0', "\u{fffd}"),
            letter.payload,
        )
        .execute(&mut *conn)
        .await
        .doing("write a dead letter")?;
    }
    Ok(())
}

/// Reads dead letters that are not published yet, oldest first: id and record, JSON.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn waiting(pool: &PgPool, limit: i64) -> Result<Vec<(Uuid, String)>, DatabaseError> {
    sqlx::query!(
        "select id, topic, partition, generation, log_offset, reason, detail, payload
         from dead_letters where published_at is null order by id limit $1",
        limit,
    )
    .map(|row| {
        let letter = DeadLetter::V1(DeadLetterV1 {
            id: row.id,
            topic: row.topic,
            partition: row.partition,
            offset: row.log_offset,
            generation: row.generation,
            reason: row.reason,
            detail: row.detail,
            payload_base64: STANDARD.encode(row.payload),
        });
        let record = serde_json::to_string(&letter);
        (row.id, record.expect("a dead letter has string keys only"))
    })
    .fetch_all(pool)
    .await
    .doing("read dead letters that wait")
}

/// Notes that Kafka has acknowledged the records of these dead letters.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; they are then published again.
pub async fn mark_published(pool: &PgPool, ids: &[Uuid]) -> Result<(), DatabaseError> {
    sqlx::query!("update dead_letters set published_at = now() where id = any($1)", ids as &[Uuid])
        .execute(pool)
        .await
        .doing("mark published dead letters")?;
    Ok(())
}
