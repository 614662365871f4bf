//! Records that were put aside, kept whole.

use crate::{DatabaseError, Doing, journal::outbox::NewRows};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::{
    ids::{DropId, OrderId},
    messages::{DeadLetter, DeadLetterV1, topics},
};
use sqlx::PgConnection;
use uuid::Uuid;

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
pub(crate) struct Source<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) generation: i64,
}

/// Writes dead letters and, through the outbox, their records.
pub(crate) async fn append(
    conn: &mut PgConnection,
    source: &Source<'_>,
    letters: &[NewDeadLetter<'_>],
) -> Result<(), DatabaseError> {
    let mut events = NewRows::default();
    for letter in letters {
        let id = Uuid::now_v7();
        // Postgres keeps no NUL in a text; what a broken record says may have one.
        let detail = letter.detail.replace('\0', "\u{fffd}");
        let written = insert(conn, source, letter, id, &detail).await?;
        if written {
            events.push(topics::DEAD_LETTERS, id, id, 1, record(source, letter, id, detail));
        }
    }
    events.write(conn).await
}

async fn insert(
    conn: &mut PgConnection,
    source: &Source<'_>,
    letter: &NewDeadLetter<'_>,
    id: Uuid,
    detail: &str,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query(
        "insert into dead_letters (id, topic, partition, generation, log_offset, drop_id,
             order_id, reason, detail, payload)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict on constraint dead_letter_once do nothing",
    )
    .bind(id)
    .bind(source.topic)
    .bind(source.partition)
    .bind(source.generation)
    .bind(letter.offset)
    .bind(letter.drop_id.map(|id| id.as_uuid()))
    .bind(letter.order_id.map(|id| id.as_uuid()))
    .bind(letter.reason)
    .bind(detail)
    .bind(letter.payload)
    .execute(conn)
    .await
    .doing("write a dead letter")?;
    Ok(done.rows_affected() == 1)
}

fn record(source: &Source<'_>, letter: &NewDeadLetter<'_>, id: Uuid, detail: String) -> String {
    let letter = DeadLetter::V1(DeadLetterV1 {
        id,
        topic: source.topic.to_owned(),
        partition: source.partition,
        offset: letter.offset,
        generation: source.generation,
        reason: letter.reason.to_owned(),
        detail,
        payload_base64: STANDARD.encode(letter.payload),
    });
    serde_json::to_string(&letter).expect("a dead letter has string keys only")
}
