//! The partition that each drop has for itself, in `queue-events` and `order-commands` alike, from
//! when it is scheduled until it is settled.
//!
//! It is a number first: the topics may have it only later. What its drops before have left in it
//! stays there, and whoever reads it goes by the drop's id.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgConnection;

/// What came of a drop's wish for a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reservation {
    /// It has one.
    Reserved,
    /// All are taken.
    AllTaken,
    /// Its seller has as many drops alive as it may have.
    QuotaUsed {
        /// How many that is.
        limit: i32,
    },
}

/// Gives a drop the lowest partition below `limit` that no other drop has, within its seller's quota;
/// one that it has already stays.
///
/// Nobody else can reserve any before the end of the transaction, so this comes late in it.
pub(super) async fn reserve(
    connection: &mut PgConnection,
    drop_id: DropId,
    limit: u16,
) -> Result<Reservation, DatabaseError> {
    // A statement that waited for the lock by itself would not see what whoever had it has taken.
    sqlx::query!("select pg_advisory_xact_lock(hashtext('partitions'))")
        .execute(&mut *connection)
        .await
        .doing("lock the partitions")?;
    if let Some(limit) = used_quota(connection, drop_id).await? {
        return Ok(Reservation::QuotaUsed { limit });
    }
    let partition = sqlx::query_scalar!(
        // A seller's connection sees its own drops only; the function sees those of all.
        "update drops set partition = coalesce(partition, free_partition($2))
         where id = $1 returning partition",
        drop_id as DropId,
        i32::from(limit),
    )
    .fetch_one(connection)
    .await
    .doing("reserve a partition")?;
    Ok(if partition.is_some() { Reservation::Reserved } else { Reservation::AllTaken })
}

/// Returns the quota of the drop's seller if its other drops use all of it. A drop that has its
/// partition keeps it, even if the quota has been lowered meanwhile.
async fn used_quota(
    connection: &mut PgConnection,
    drop_id: DropId,
) -> Result<Option<i32>, DatabaseError> {
    sqlx::query_scalar!(
        "select s.max_live_drops from drops own join sellers s on s.id = own.seller_id
         where own.id = $1 and own.partition is null and s.max_live_drops <= (
             select count(*) from drops d where d.seller_id = s.id and d.id <> own.id
                 and (d.state in ('scheduled', 'open') or d.epoch_state <> 'none'))",
        drop_id as DropId,
    )
    .fetch_optional(connection)
    .await
    .doing("look at a seller's quota")
}
