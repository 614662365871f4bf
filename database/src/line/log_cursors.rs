//! How far the room events of each drop are in `queue-events`: moved by compare-and-set, so that
//! of two event log writers the slower one sees that it is late.

use crate::{DatabaseError, Doing};
use shared::{
    ids::DropId,
    line::{ChainHash, Epoch, EventPoint},
};
use sqlx::PgPool;

/// The last event of a drop that the log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogCursor {
    /// The event; number 0 in an empty chain.
    pub point: EventPoint,
    /// Its hash; zeros in an empty chain.
    pub hash: ChainHash,
    /// Partition of `queue-events`.
    pub partition: i32,
    /// Generation of the log.
    pub generation: i64,
    /// The offset behind the event's record.
    pub next_offset: i64,
}

/// Looks up the cursor of a drop; `None` before its first room.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, drop_id: DropId) -> Result<Option<LogCursor>, DatabaseError> {
    sqlx::query!(
        "select epoch, evn, hash, partition, generation, next_offset
         from log_cursors where drop_id = $1",
        drop_id as DropId,
    )
    .try_map(|row| {
        let hash = row.hash.try_into();
        let hash = hash.map_err(|_| sqlx::Error::Decode("a hash does not have 32 bytes".into()))?;
        let epoch = Epoch(row.epoch.cast_unsigned());
        Ok(LogCursor {
            point: EventPoint { epoch, evn: row.evn.cast_unsigned() },
            hash: ChainHash::from_bytes(hash),
            partition: row.partition,
            generation: row.generation,
            next_offset: row.next_offset,
        })
    })
    .fetch_optional(pool)
    .await
    .doing("look up a log cursor")
}

/// Begins the cursor of a drop, and notes where its records begin. An existing one stays.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn begin(
    pool: &PgPool,
    drop_id: DropId,
    cursor: &LogCursor,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with begun as (
             insert into log_cursors (drop_id, epoch, evn, hash, partition, generation, next_offset)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1)
         update drops set events_start_generation = $6, events_start_offset = $7
         where id = $1 and exists (select from begun)",
        drop_id as DropId,
        cursor.point.epoch.0.cast_signed(),
        cursor.point.evn.cast_signed(),
        cursor.hash.as_bytes().as_slice(),
        cursor.partition,
        cursor.generation,
        cursor.next_offset,
    )
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
    let moved = sqlx::query!(
        "update log_cursors set epoch = $2, evn = $3, hash = $4, next_offset = $5, updated_at = now()
         where drop_id = $1 and epoch = $6 and evn = $7 and generation = $8",
        drop_id as DropId,
        to.point.epoch.0.cast_signed(),
        to.point.evn.cast_signed(),
        to.hash.as_bytes().as_slice(),
        to.next_offset,
        from.point.epoch.0.cast_signed(),
        from.point.evn.cast_signed(),
        from.generation,
    )
    .execute(pool)
    .await
    .doing("move a log cursor")?;
    Ok(moved.rows_affected() == 1)
}

/// Moves the cursor to another log, which begins with what follows: the chain goes on, its records
/// are in the new log from `next_offset`. `false` when somebody else was faster.
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
    let moved = sqlx::query!(
        "with moved as (
             update log_cursors set generation = $3, next_offset = $4, updated_at = now()
             where drop_id = $1 and generation = $2 returning 1)
         update drops set events_start_generation = $3, events_start_offset = $4
         where id = $1 and exists (select from moved)",
        drop_id as DropId,
        from.generation,
        generation,
        next_offset,
    )
    .execute(pool)
    .await
    .doing("move a log cursor to another log")?;
    Ok(moved.rows_affected() == 1)
}
