//! What the gate of a site does while its line gives no answer, changed live.
//!
//! Gates read it with the drop, so it is no part of what workers bring to Redis.

use super::error::ChangeDropError;
use crate::{
    DatabaseError, Doing,
    people::audit::{self, AuditEntry},
};
use serde_json::{Value, json};
use shared::{
    decide::failure::OnFailure,
    drops::{DropState, FailurePolicy},
    ids::{DropId, SellerId},
};
use sqlx::{PgConnection, PgPool};

/// A site as it is before a change.
struct LockedSite {
    seller_id: SellerId,
    state: DropState,
    /// Whether anybody may come in: neither members alone, nor those who are counted in, nor only so many.
    is_for_all: bool,
    on_failure: OnFailure,
}

/// Changes what the gate of a site does while its line gives no answer. `seller_id` names the tenant
/// that asks; `None` is an operator, who may change any.
///
/// # Errors
///
/// Returns [`ChangeDropError`] when there is no such site, it is over, or it would be open although not
/// everybody may join its line.
pub async fn change_failure_policy(
    pool: &PgPool,
    seller_id: Option<SellerId>,
    drop_id: DropId,
    new: OnFailure,
    actor: &str,
    why: &str,
) -> Result<(), ChangeDropError> {
    let mut transaction = pool.begin().await.doing("begin to change a failure policy")?;
    let connection = &mut *transaction;
    let site = lock(connection, seller_id, drop_id).await?;
    if site.state.is_over() {
        return Err(ChangeDropError::WrongState(site.state));
    }
    if new.per_minute().is_some() && !site.is_for_all {
        return Err(ChangeDropError::NotForAll);
    }
    if new == site.on_failure {
        return Ok(());
    }
    store(connection, drop_id, new).await?;
    let entry = AuditEntry {
        actor,
        action: "drop.failure_policy",
        drop_id: Some(drop_id),
        seller_id: Some(site.seller_id),
        old: Some(as_json(site.on_failure)),
        new: Some(as_json(new)),
        why,
    };
    audit::write(connection, &entry).await?;
    Ok(transaction.commit().await.doing("commit a failure policy")?)
}

async fn lock(
    connection: &mut PgConnection,
    seller_id: Option<SellerId>,
    drop_id: DropId,
) -> Result<LockedSite, ChangeDropError> {
    sqlx::query!(
        r#"select seller_id, state, failure_policy, failure_per_minute,
             not (members_only or invite_only or manual or max_visits is not null) as "is_for_all!"
         from drops
         where id = $1 and fulfilment = 'pass' and ($2::uuid is null or seller_id = $2) for update"#,
        drop_id as DropId,
        seller_id as Option<SellerId>,
    )
    .map(|row| LockedSite {
        seller_id: row.seller_id,
        state: row.state,
        is_for_all: row.is_for_all,
        on_failure: OnFailure::of(
            row.failure_policy,
            row.failure_per_minute.map(i32::unsigned_abs),
        ),
    })
    .fetch_optional(connection)
    .await
    .doing("lock a site for its failure policy")?
    .ok_or(ChangeDropError::NotFound)
}

async fn store(
    connection: &mut PgConnection,
    drop_id: DropId,
    new: OnFailure,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update drops set failure_policy = $2, failure_per_minute = $3, version = version + 1
         where id = $1",
        drop_id as DropId,
        new.policy() as FailurePolicy,
        new.per_minute().map(|people| i32::try_from(people).unwrap_or(i32::MAX)),
    )
    .execute(connection)
    .await
    .doing("store a failure policy")?;
    Ok(())
}

/// Returns what the audit log keeps of it.
fn as_json(on_failure: OnFailure) -> Value {
    json!({ "policy": on_failure.policy(), "per_minute": on_failure.per_minute() })
}
