//! Drops whose partition Kafka may not have yet.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

/// How long before its opening a drop is prepared.
const AHEAD_SECONDS: f64 = 600.0;
/// Drops prepared together, at most.
const LIMIT: i64 = 1000;

/// Returns the drops that are about to open and not prepared yet, each with its partition; the one
/// that opens first before the others.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn unprepared(pool: &PgPool) -> Result<Vec<(DropId, i32)>, DatabaseError> {
    sqlx::query!(
        r#"select id, partition as "partition!" from drops
         where state = 'scheduled' and not prepared and partition is not null
             and opens_at <= now() + make_interval(secs => $1)
         order by opens_at, id limit $2"#,
        AHEAD_SECONDS,
        LIMIT,
    )
    .map(|row| (row.id, row.partition))
    .fetch_all(pool)
    .await
    .doing("look for drops to prepare")
}

/// Notes that both topics have the partitions of these drops: they get their rooms, and are opened
/// in their time.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn prepare(pool: &PgPool, drop_ids: &[DropId]) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update drops set prepared = true, version = version + 1
         where id = any($1) and state = 'scheduled' and not prepared",
        drop_ids as &[DropId],
    )
    .execute(pool)
    .await
    .doing("note that drops are prepared")?;
    Ok(())
}
