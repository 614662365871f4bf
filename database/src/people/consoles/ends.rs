//! Sessions that are ended before their time, and what is left of those that are over.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::{credentials::ApiKeyHash, ids::SellerId};
use sqlx::PgPool;

/// Whose sessions are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleHolder {
    /// Those of the installation's own people who have this name.
    Operator(String),
    /// Those of a tenant.
    Seller(SellerId),
}

/// Ends a session, if there is one.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; it goes on then.
pub async fn end(pool: &PgPool, token: &ApiKeyHash) -> Result<(), DatabaseError> {
    sqlx::query!("delete from console_sessions where hash = $1", token.as_slice())
        .execute(pool)
        .await
        .doing("end a console's session")?;
    Ok(())
}

/// Ends all sessions of a holder, and voids the links that lead to more, with an audit row; returns how
/// many sessions there were.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; they go on then.
pub async fn end_all(
    pool: &PgPool,
    holder: &ConsoleHolder,
    actor: &str,
    why: &str,
) -> Result<u64, DatabaseError> {
    let (name, seller_id) = match holder {
        ConsoleHolder::Operator(name) => (Some(name.as_str()), None),
        ConsoleHolder::Seller(seller_id) => (None, Some(*seller_id)),
    };
    let mut transaction = pool.begin().await.doing("begin to sign somebody out")?;
    let ended = sqlx::query!(
        "with voided as (
             delete from console_links where seller_id = $2 or seller_id is null and name = $1)
         delete from console_sessions where seller_id = $2 or seller_id is null and name = $1",
        name,
        seller_id as Option<SellerId>,
    )
    .execute(&mut *transaction)
    .await
    .doing("sign somebody out")?;
    let n_ended = ended.rows_affected();
    let entry = AuditEntry {
        actor,
        action: "console.sign_out",
        drop_id: None,
        seller_id,
        old: Some(json!({ "name": name, "n_sessions": n_ended })),
        new: None,
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit the end of a console's sessions")?;
    Ok(n_ended)
}

/// Deletes links and sessions that are over; returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_expired(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!(
        "with links as (delete from console_links where expires_at < now())
         delete from console_sessions where expires_at < now()",
    )
    .execute(pool)
    .await
    .doing("forget sessions of consoles")?;
    Ok(forgotten.rows_affected())
}
