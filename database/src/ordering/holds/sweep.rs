//! Holds that ran out, orders of cancelled drops, and orders that are named.

use super::ending::{Ending, end};
use crate::{
    DatabaseError, Doing,
    ordering::{
        changes::Outcome,
        inventory::{self, MoveCause},
    },
    run_to_completion,
};
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
};
use sqlx::PgPool;
use std::collections::BTreeMap;

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

/// Ends orders before the pivot and gives their units back, drop by drop; those that cannot make
/// this move, or are past the pivot, are left alone.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then in the drop that failed and in those behind
/// it.
pub async fn release_orders(
    pool: &PgPool,
    ids: &[OrderId],
    to: TicketState,
    reason: &'static str,
) -> Result<Outcome, DatabaseError> {
    let cause = if to == TicketState::Expired { MoveCause::Expire } else { MoveCause::Cancel };
    let ending = Ending { to, reason, cause };
    let mut outcome = Outcome::default();
    for (drop_id, ids) in by_drop(pool, ids).await? {
        outcome.merge(release(pool, drop_id, ids, ending).await?);
    }
    Ok(outcome)
}

async fn by_drop(
    pool: &PgPool,
    ids: &[OrderId],
) -> Result<BTreeMap<DropId, Vec<OrderId>>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select id as "id!: OrderId", drop_id as "drop_id!: DropId" from orders
         where id = any($1)"#,
        ids as &[OrderId],
    )
    .fetch_all(pool)
    .await
    .doing("look for orders to release")?;
    let mut by_drop = BTreeMap::<DropId, Vec<OrderId>>::new();
    for row in rows {
        by_drop.entry(row.drop_id).or_default().push(row.id);
    }
    Ok(by_drop)
}

async fn release(
    pool: &PgPool,
    drop_id: DropId,
    ids: Vec<OrderId>,
    ending: Ending,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a release")?;
        inventory::lock(&mut tx, drop_id).await?;
        let outcome = end(&mut tx, drop_id, &ids, ending).await?;
        tx.commit().await.doing("commit a release")?;
        Ok(outcome)
    })
    .await
}
