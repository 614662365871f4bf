//! Holds that ran out, and orders of cancelled drops.

use super::ending::{Ending, end};
use crate::{
    DatabaseError, Doing,
    ordering::{changes::Outcome, inventory},
    run_to_completion,
};
use shared::ids::{DropId, OrderId};
use sqlx::PgPool;

/// Ends orders of a drop whose holds ran out, at most `limit`, and gives their units back. Any
/// number of instances may do so at once: they take turns, and none finds what another has ended.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn expire_due(
    pool: &PgPool,
    drop_id: DropId,
    limit: i64,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a sweep")?;
        inventory::lock(&mut tx, drop_id).await?;
        let due = sqlx::query_scalar!(
            r#"select id as "id!: OrderId" from orders
             where drop_id = $1 and hold_expires_at <= statement_timestamp()
             order by hold_expires_at limit $2"#,
            drop_id as DropId,
            limit,
        )
        .fetch_all(&mut *tx)
        .await
        .doing("look for holds that ran out")?;
        let outcome = end(&mut tx, drop_id, &due, Ending::RAN_OUT).await?;
        tx.commit().await.doing("commit a sweep")?;
        Ok(outcome)
    })
    .await
}

/// Ends orders of a cancelled drop that are not past the pivot, at most `limit`. Nothing, if the
/// drop is not cancelled.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn cancel_all(
    pool: &PgPool,
    drop_id: DropId,
    limit: i64,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to cancel a drop's orders")?;
        inventory::lock(&mut tx, drop_id).await?;
        let held = sqlx::query_scalar!(
            r#"select id as "id!: OrderId" from orders
             where drop_id = $1 and hold_expires_at is not null
                 and exists (select from drops where id = $1 and state = 'cancelled')
             order by hold_expires_at limit $2"#,
            drop_id as DropId,
            limit,
        )
        .fetch_all(&mut *tx)
        .await
        .doing("look for orders of a cancelled drop")?;
        let outcome = end(&mut tx, drop_id, &held, Ending::DROP_CANCELLED).await?;
        tx.commit().await.doing("commit a drop's cancelled orders")?;
        Ok(outcome)
    })
    .await
}
