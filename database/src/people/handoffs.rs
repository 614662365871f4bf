//! One-time codes that take a shopper's place in line along to another device.
//!
//! Only keyed hashes of codes come here. What a row says of the ticket is as good as the ticket itself:
//! nothing of it is checked before it is used.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::ids::{DropId, SellerId, ShopperId};
use sqlx::PgPool;

/// What another device goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// Who takes their place along.
    pub shopper_id: ShopperId,
    /// Whose line it is.
    pub drop_id: DropId,
    /// The seller whose member they are, if its own site says so.
    pub member_of: Option<SellerId>,
    /// When their session began.
    pub began_at: Timestamp,
    /// The token of their ticket.
    pub ticket: String,
}

/// Stores a code in place of the one that the shopper had for this line. `false` when the code is
/// somebody else's just now, so that it takes another one.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn store(
    pool: &PgPool,
    code_hash: &[u8],
    handoff: &Handoff,
    expires_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to store a handoff")?;
    sqlx::query!(
        "delete from handoffs
         where shopper_id = $1 and drop_id = $2 or code_hash = $3 and expires_at < now()",
        handoff.shopper_id as ShopperId,
        handoff.drop_id as DropId,
        code_hash,
    )
    .execute(&mut *transaction)
    .await
    .doing("replace a handoff")?;
    let stored = sqlx::query!(
        "insert into handoffs
             (code_hash, shopper_id, drop_id, member_of, began_at, ticket, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        code_hash,
        handoff.shopper_id as ShopperId,
        handoff.drop_id as DropId,
        handoff.member_of as Option<SellerId>,
        handoff.began_at.to_sqlx(),
        handoff.ticket,
        expires_at.to_sqlx(),
    )
    .execute(&mut *transaction)
    .await
    .doing("store a handoff")?;
    transaction.commit().await.doing("commit a handoff")?;
    Ok(stored.rows_affected() == 1)
}

/// Takes what belongs to a code, which is gone then; `None` when there is no such code, or not any
/// more. The hashes are those of one code, by each key.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn take(
    pool: &PgPool,
    code_hashes: &[Vec<u8>],
) -> Result<Option<Handoff>, DatabaseError> {
    let taken = sqlx::query!(
        r#"delete from handoffs where code_hash = any($1)
         returning shopper_id, drop_id, member_of, began_at, ticket,
             expires_at > now() as "is_good!""#,
        code_hashes,
    )
    .fetch_optional(pool)
    .await
    .doing("take a handoff")?;
    Ok(taken.filter(|row| row.is_good).map(|row| Handoff {
        shopper_id: row.shopper_id,
        drop_id: row.drop_id,
        member_of: row.member_of,
        began_at: row.began_at.to_jiff(),
        ticket: row.ticket,
    }))
}

/// Deletes what nobody took in time. Returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!("delete from handoffs where expires_at < now()")
        .execute(pool)
        .await
        .doing("forget handoffs")?;
    Ok(forgotten.rows_affected())
}
