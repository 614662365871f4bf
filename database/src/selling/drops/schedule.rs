//! Giving a drop its times, and cancelling it.

use super::error::ChangeDropError;
use crate::{
    Doing,
    people::audit::{self, AuditEntry},
    selling::{
        give_back::give_back,
        partitions::{self, Reservation},
    },
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::{Value, json};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool};

/// When a drop is open.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// From when on one may join and be admitted.
    pub opens_at: Timestamp,
    /// Until when one may; after `opens_at`, `None` for no end.
    pub closes_at: Option<Timestamp>,
}

/// Gives a drop that is not open yet its times, and a partition of its own out of
/// `partition_limit`.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, is open or over, or would be one too
/// many.
pub async fn schedule(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    window: Window,
    partition_limit: u16,
    actor: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to schedule a drop")?;
    let connection = &mut *transaction;
    let locked = lock(connection, seller_id, drop_id).await?;
    if !matches!(locked.state, DropState::Draft | DropState::Scheduled) {
        return Err(ChangeDropError::WrongState(locked.state));
    }
    match partitions::reserve(connection, drop_id, partition_limit).await? {
        Reservation::Reserved => {}
        Reservation::AllTaken => {
            return Err(ChangeDropError::NoPartition { limit: partition_limit });
        }
        Reservation::QuotaUsed { limit } => return Err(ChangeDropError::QuotaUsed { limit }),
    }
    sqlx::query!(
        // An existing room takes the new times with the new version.
        "update drops set state = 'scheduled', opens_at = $2, closes_at = $3,
             version = version + 1, limits_version = limits_version + 1
         where id = $1",
        drop_id as DropId,
        window.opens_at.to_sqlx(),
        window.closes_at.map(ToSqlx::to_sqlx),
    )
    .execute(&mut *connection)
    .await
    .doing("schedule a drop")?;
    let entry = AuditEntry {
        actor,
        action: "drop.schedule",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: Some(locked.row),
        new: Some(json!({
            "state": DropState::Scheduled,
            "opens_at": window.opens_at,
            "closes_at": window.closes_at,
        })),
        why: "scheduled by its seller",
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a schedule")?)
}

/// Cancels a drop. Units of one that has not opened go back to the variant at once; those of an
/// open one go back when the workers retire it, once nothing is on its way any more.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, or is over.
pub async fn cancel(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    reason: &str,
    actor: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to cancel a drop")?;
    let connection = &mut *transaction;
    let locked = lock(connection, seller_id, drop_id).await?;
    if locked.state.is_over() {
        return Err(ChangeDropError::WrongState(locked.state));
    }
    sqlx::query!(
        "update drops set state = 'cancelled', end_reason = $2, ended_at = now(),
             version = version + 1
         where id = $1",
        drop_id as DropId,
        reason,
    )
    .execute(&mut *connection)
    .await
    .doing("cancel a drop")?;
    let was_open = locked.state == DropState::Open;
    let given_back = if was_open { 0 } else { give_back(connection, drop_id).await? };
    let entry = AuditEntry {
        actor,
        action: "drop.cancel",
        drop_id: Some(drop_id),
        seller_id: Some(seller_id),
        old: Some(locked.row),
        new: Some(json!({ "state": DropState::Cancelled, "units_given_back": given_back })),
        why: reason,
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a cancellation")?)
}

/// The row of a drop, locked.
struct Locked {
    state: DropState,
    /// State and times, for the audit log.
    row: Value,
}

async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Locked, ChangeDropError> {
    sqlx::query_as!(
        Locked,
        r#"select state, jsonb_build_object('state', state, 'opens_at', opens_at,
             'closes_at', closes_at) as "row!"
         from drops where id = $1 and seller_id = $2 for update"#,
        drop_id as DropId,
        seller_id as SellerId,
    )
    .fetch_optional(connection)
    .await
    .doing("lock a drop")?
    .ok_or(ChangeDropError::NotFound)
}
