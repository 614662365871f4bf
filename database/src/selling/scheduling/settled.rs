//! Drops of which nothing goes on, and whose lines nobody needs any more.

use crate::{DatabaseError, Doing};
use shared::{ids::DropId, line::Epoch};
use sqlx::PgPool;
use std::time::Duration;

/// Returns which of these drops are retired and ended at least so long ago, each with its last
/// epoch: up to `limit`, the one that ended first before the others.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn settled(
    pool: &PgPool,
    drop_ids: &[DropId],
    ended_ago: Duration,
    limit: u32,
) -> Result<Vec<(DropId, Epoch)>, DatabaseError> {
    sqlx::query!(
        "select id, epoch from drops
         where id = any($1) and state in ('sold_out', 'closed', 'cancelled')
             and epoch_state = 'none' and epoch > 0
             and ended_at <= now() - make_interval(secs => $2)
         order by ended_at, id limit $3",
        drop_ids as &[DropId],
        ended_ago.as_secs_f64(),
        i64::from(limit),
    )
    .map(|row| (row.id, Epoch(row.epoch.cast_unsigned())))
    .fetch_all(pool)
    .await
    .doing("look for settled drops")
}
