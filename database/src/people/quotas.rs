//! How much one seller may have at a time, so that no tenant takes what all share.

use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::json;
use shared::ids::SellerId;
use sqlx::PgPool;

/// How many drops a seller may have, and has, that are scheduled, open or being settled. Each has a
/// partition of its own, so this is also how many partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropQuota {
    /// At most.
    pub max_live_drops: i32,
    /// Now.
    pub live_drops: i64,
}

/// Looks up a seller's quota; `None` if there is no such seller.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn find(pool: &PgPool, seller_id: SellerId) -> Result<Option<DropQuota>, DatabaseError> {
    sqlx::query_as!(
        DropQuota,
        r#"select max_live_drops, (select count(*) from drops d where d.seller_id = s.id
               and (d.state in ('scheduled', 'open') or d.epoch_state <> 'none')) as "live_drops!"
           from sellers s where s.id = $1"#,
        seller_id as SellerId,
    )
    .fetch_optional(pool)
    .await
    .doing("look up a quota")
}

/// Changes a seller's quota, with an audit row; `false` if there is no such seller. Drops that are
/// alive stay, however low it is set.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the value is refused or the database is away.
pub async fn change(
    pool: &PgPool,
    seller_id: SellerId,
    max_live_drops: i32,
    actor: &str,
    why: &str,
) -> Result<bool, DatabaseError> {
    let mut transaction = pool.begin().await.doing("begin to change a quota")?;
    let old = sqlx::query_scalar!(
        "select max_live_drops from sellers where id = $1 for update",
        seller_id as SellerId,
    )
    .fetch_optional(&mut *transaction)
    .await
    .doing("lock a seller")?;
    let Some(old) = old else { return Ok(false) };
    if old == max_live_drops {
        return Ok(true);
    }
    sqlx::query!(
        "update sellers set max_live_drops = $2 where id = $1",
        seller_id as SellerId,
        max_live_drops,
    )
    .execute(&mut *transaction)
    .await
    .doing("change a quota")?;
    let entry = AuditEntry {
        actor,
        action: "seller.quota",
        drop_id: None,
        seller_id: Some(seller_id),
        old: Some(json!({ "max_live_drops": old })),
        new: Some(json!({ "max_live_drops": max_live_drops })),
        why,
    };
    audit::write(&mut transaction, &entry).await?;
    transaction.commit().await.doing("commit a quota")?;
    Ok(true)
}
