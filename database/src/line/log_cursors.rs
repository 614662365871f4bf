//! How far the room events of each drop are in `queue-events`: moved by compare-and-set, so that
//! of two log writers the slower one sees that it is late.

use crate::{DatabaseError, Doing};
use shared::{
    ids::DropId,
    messages::{ChainHash, EventPoint},
    tickets::Epoch,
};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};

/// The last event of a drop that the log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogCursor {
    /// The event; of an empty chain, number 0.
    pub point: EventPoint,
    /// Its hash; of an empty chain, zeros.
    pub hash: ChainHash,
    /// Partition of `queue-events`.
    pub partition: i32,
    /// Generation of the log.
    pub generation: i64,
    /// Offset behind it.
    pub next_offset: i64,
}

impl FromRow<'_, PgRow> for LogCursor {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let hash: Vec<u8> = row.try_get("hash")?;
        let hash =
            hash.try_into().map_err(|_| sqlx::Error::Decode("hash has not 32 bytes".into()))?;
        Ok(Self {
            point: EventPoint {
                epoch: Epoch(row.try_get::<i32, _>("epoch")?.cast_unsigned()),
                evn: row.try_get::<i64, _>("evn")?.cast_unsigned(),
            },
            hash: ChainHash::from_bytes(hash),
            partition: row.try_get("partition")?,
            generation: row.try_get("generation")?,
            next_offset: row.try_get("next_offset")?,
        })
    }
}

/// Looks up the cursor of a drop; `None` before its first room.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, drop_id: DropId) -> Result<Option<LogCursor>, DatabaseError> {
    sqlx::query_as(
        "select epoch, evn, hash, partition, generation, next_offset
         from log_cursors where drop_id = $1",
    )
    .bind(drop_id.as_uuid())
    .fetch_optional(pool)
    .await
    .doing("look up a log cursor")
}

/// Begins the cursor of a drop, and notes where its records begin. One that is there stays.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn begin(
    pool: &PgPool,
    drop_id: DropId,
    cursor: &LogCursor,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "with begun as (
             insert into log_cursors (drop_id, epoch, evn, hash, partition, generation, next_offset)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1)
         update drops set events_start_generation = $6, events_start_offset = $7
         where id = $1 and exists (select from begun)",
    )
    .bind(drop_id.as_uuid())
    .bind(cursor.point.epoch.0.cast_signed())
    .bind(cursor.point.evn.cast_signed())
    .bind(cursor.hash.as_bytes().as_slice())
    .bind(cursor.partition)
    .bind(cursor.generation)
    .bind(cursor.next_offset)
    .execute(pool)
    .await
    .doing("begin a log cursor")?;
    Ok(())
}

/// Moves the cursor on, if it is still where the caller saw it. `false` when it is not.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn advance(
    pool: &PgPool,
    drop_id: DropId,
    from: &LogCursor,
    to: &LogCursor,
) -> Result<bool, DatabaseError> {
    let moved = sqlx::query(
        "update log_cursors set epoch = $2, evn = $3, hash = $4, next_offset = $5, updated_at = now()
         where drop_id = $1 and epoch = $6 and evn = $7 and generation = $8",
    )
    .bind(drop_id.as_uuid())
    .bind(to.point.epoch.0.cast_signed())
    .bind(to.point.evn.cast_signed())
    .bind(to.hash.as_bytes().as_slice())
    .bind(to.next_offset)
    .bind(from.point.epoch.0.cast_signed())
    .bind(from.point.evn.cast_signed())
    .bind(from.generation)
    .execute(pool)
    .await
    .doing("move a log cursor")?;
    Ok(moved.rows_affected() == 1)
}

/// Takes the cursor to another log, which begins with what follows: the chain goes on, its
/// records stand in the new log from `next_offset`. `false` when somebody else was faster.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn move_to_log(
    pool: &PgPool,
    drop_id: DropId,
    from: &LogCursor,
    generation: i64,
    next_offset: i64,
) -> Result<bool, DatabaseError> {
    let moved = sqlx::query(
        "with moved as (
             update log_cursors set generation = $3, next_offset = $4, updated_at = now()
             where drop_id = $1 and generation = $2 returning 1)
         update drops set events_start_generation = $3, events_start_offset = $4
         where id = $1 and exists (select from moved)",
    )
    .bind(drop_id.as_uuid())
    .bind(from.generation)
    .bind(generation)
    .bind(next_offset)
    .execute(pool)
    .await
    .doing("take a log cursor to another log")?;
    Ok(moved.rows_affected() == 1)
}
