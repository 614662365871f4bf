//! The steps of a rebuild in the drop row, each a compare-and-set.

use crate::{DatabaseError, Doing, ordering::boundaries::Boundary};
use shared::{
    ids::DropId,
    line::{Epoch, Follows},
};
use sqlx::PgPool;

/// Begins epoch `to`, if the drop still has `from` and is not over without a line. `false` when
/// somebody else was faster: the drop's row says what is to be done now, if anything.
///
/// A retired drop has given back its partition and its free units, so it gets no line again; whoever
/// read its row just before learns so here.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn begin(
    pool: &PgPool,
    drop_id: DropId,
    from: Epoch,
    to: Epoch,
) -> Result<bool, DatabaseError> {
    let begun = sqlx::query!(
        "update drops set epoch = $3, epoch_state = 'rebuilding'
         where id = $1 and epoch = $2
             and (state in ('scheduled', 'open') or epoch_state <> 'none')",
        drop_id as DropId,
        from.0.cast_signed(),
        to.0.cast_signed(),
    )
    .execute(pool)
    .await
    .doing("begin an epoch")?;
    Ok(begun.rows_affected() == 1)
}

/// Keeps the boundary: commands of older epochs at or beyond it are passed over from now on. Keeps
/// with it the logged event that the epoch follows, if there is one. `false` when the epoch is not
/// the one that is being rebuilt.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn set_boundary(
    pool: &PgPool,
    drop_id: DropId,
    epoch: Epoch,
    boundary: Boundary,
    follows: Option<Follows>,
) -> Result<bool, DatabaseError> {
    let set = sqlx::query!(
        "insert into epoch_boundaries (drop_id, epoch, generation, log_offset, follows_epoch,
             follows_evn, follows_hash)
         select id, epoch, $3, $4, $5, $6, $7 from drops
         where id = $1 and epoch = $2 and epoch_state = 'rebuilding' for share",
        drop_id as DropId,
        epoch.0.cast_signed(),
        boundary.generation,
        boundary.offset,
        follows.map(|event| event.point.epoch.0.cast_signed()),
        follows.map(|event| event.point.evn.cast_signed()),
        follows.map(|event| event.hash.as_bytes().to_vec()),
    )
    .execute(pool)
    .await
    .doing("keep the boundary of an epoch")?;
    Ok(set.rows_affected() == 1)
}

/// Notes that the line of this epoch is open. `false` when the epoch is not the one that is being
/// rebuilt.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn mark_open(
    pool: &PgPool,
    drop_id: DropId,
    epoch: Epoch,
) -> Result<bool, DatabaseError> {
    let opened = sqlx::query!(
        "update drops set epoch_state = 'open'
         where id = $1 and epoch = $2 and epoch_state = 'rebuilding'",
        drop_id as DropId,
        epoch.0.cast_signed(),
    )
    .execute(pool)
    .await
    .doing("open an epoch")?;
    Ok(opened.rows_affected() == 1)
}
