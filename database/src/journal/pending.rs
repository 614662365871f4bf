//! Who must still be told of which journal row.

use super::moment::JournalId;
use crate::{DatabaseError, Doing};
use shared::text_enum;
use sqlx::PgPool;

text_enum! {
    /// Who must be told of a journal row.
    Consumer {
        /// Everybody downstream, through `order-events`.
        Events = "events",
        /// The line of the drop.
        Line = "line",
    }
}

/// Notes that a consumer was told of these rows.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the consumer is then told again.
pub async fn acknowledge(
    pool: &PgPool,
    consumer: Consumer,
    ids: &[JournalId],
) -> Result<(), DatabaseError> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "delete from pending where consumer = $1 and journal_id = any($2)",
        consumer as Consumer,
        ids as &[JournalId],
    )
    .execute(pool)
    .await
    .doing("note who was told")?;
    Ok(())
}

/// Counts the rows whose events are not published yet.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn n_waiting(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from pending where consumer = $1"#,
        Consumer::Events as Consumer,
    )
    .fetch_one(pool)
    .await
    .doing("count what waits for the relay")
}
