//! The partition that each drop has for itself, in `queue-events` and `order-commands` alike, from
//! when it is scheduled until it is settled.
//!
//! It is a number first: the topics may have it only later. What its drops before have left in it
//! stays there, and whoever reads it goes by the drop's id.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgConnection;

/// Gives a drop the lowest partition below `limit` that no other drop has; one that it has already
/// stays. `false` when all are taken.
///
/// Nobody else can reserve any before the end of the transaction, so this comes late in it.
pub(super) async fn reserve(
    connection: &mut PgConnection,
    drop_id: DropId,
    limit: u16,
) -> Result<bool, DatabaseError> {
    // A statement that waited for the lock by itself would not see what whoever had it has taken.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('partitions'))")
        .execute(&mut *connection)
        .await
        .doing("lock the partitions")?;
    let partition = sqlx::query_scalar!(
        "update drops set partition = coalesce(partition, (
             select n from generate_series(0, $2::int - 1) n
             where not exists (
                 select from drops taken where taken.partition = n
                     and (taken.state in ('scheduled', 'open') or taken.epoch_state <> 'none'))
             order by n limit 1))
         where id = $1 returning partition",
        drop_id as DropId,
        i32::from(limit),
    )
    .fetch_one(connection)
    .await
    .doing("reserve a partition")?;
    Ok(partition.is_some())
}
