//! Giving a drop its times, and taking it back.

use super::{ChangeDropError, text};
use crate::{
    Doing,
    people::audit::{self, AuditEntry},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::{Value, json};
use shared::{
    drops::DropState,
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool, Row};

/// When a drop is open.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
}

/// Gives a drop that is not open yet its times.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when it is not the seller's, or is open or over.
pub async fn schedule(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
    window: Window,
    actor: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to schedule a drop")?;
    let connection = &mut *transaction;
    let locked = lock(connection, seller_id, drop_id).await?;
    if !matches!(locked.state, DropState::Draft | DropState::Scheduled) {
        return Err(ChangeDropError::WrongState(locked.state));
    }
    sqlx::query(
        // A room that is there already takes the new times with the new version.
        "update drops set state = 'scheduled', opens_at = $2, closes_at = $3,
             version = version + 1, limits_version = limits_version + 1
         where id = $1",
    )
    .bind(drop_id.as_uuid())
    .bind(window.opens_at.to_sqlx())
    .bind(window.closes_at.map(ToSqlx::to_sqlx))
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
    audit::write(connection, entry).await?;
    Ok(transaction.commit().await.doing("commit a schedule")?)
}

/// Takes a drop back. What was never offered goes back to the variant at once; of an open drop the
/// workers give it back when nothing is on its way any more.
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
    sqlx::query(
        "update drops set state = 'cancelled', end_reason = $2, ended_at = now(),
             version = version + 1
         where id = $1",
    )
    .bind(drop_id.as_uuid())
    .bind(reason)
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
    audit::write(connection, entry).await?;
    Ok(transaction.commit().await.doing("commit a cancellation")?)
}

struct Locked {
    state: DropState,
    row: Value,
}

async fn lock(
    connection: &mut PgConnection,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Locked, ChangeDropError> {
    let row = sqlx::query(
        "select state, jsonb_build_object('state', state, 'opens_at', opens_at,
             'closes_at', closes_at) as old
         from drops where id = $1 and seller_id = $2 for update",
    )
    .bind(drop_id.as_uuid())
    .bind(seller_id.as_uuid())
    .fetch_optional(connection)
    .await
    .doing("lock a drop")?
    .ok_or(ChangeDropError::NotFound)?;
    let state = text(&row, "state").doing("read a drop's state")?;
    Ok(Locked { state, row: row.try_get("old").doing("read a drop's times")? })
}

/// Moves free units back into their variant.
async fn give_back(connection: &mut PgConnection, drop_id: DropId) -> Result<i64, ChangeDropError> {
    let given_back: Option<i64> = sqlx::query_scalar(
        "with free as (
             select variant_id, available from inventory
             where drop_id = $1 and available > 0 for update),
         emptied as (
             update inventory i set total = i.total - f.available, available = 0,
                 version = i.version + 1
             from free f where i.drop_id = $1 and i.variant_id = f.variant_id
             returning i.variant_id, f.available, i.version),
         moved as (
             insert into inventory_moves
                 (drop_id, variant_id, kind, d_available, d_reserved, d_sold, version)
             select $1, variant_id, 'give_back', -available, 0, 0, version from emptied),
         returned as (
             update variants v set stock = v.stock + e.available
             from emptied e where v.id = e.variant_id)
         select sum(available)::bigint from emptied",
    )
    .bind(drop_id.as_uuid())
    .fetch_one(connection)
    .await
    .doing("give units back to a variant")?;
    Ok(given_back.unwrap_or(0))
}
