//! Drops that have something to sweep, found without reading their holds.

use crate::{DatabaseError, Doing};
use shared::ids::DropId;
use sqlx::PgPool;

/// Lists up to `limit` drops that have holds which ran out, longest overdue first.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn drops_with_due_holds(pool: &PgPool, limit: i64) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        r#"with recursive holding as (
             (select drop_id from orders where hold_expires_at is not null
              order by drop_id limit 1)
             union all
             select (select o.drop_id from orders o
                     where o.hold_expires_at is not null and o.drop_id > h.drop_id
                     order by o.drop_id limit 1)
             from holding h where h.drop_id is not null)
         select h.drop_id as "drop_id!: DropId" from holding h
         cross join lateral (
             select o.hold_expires_at from orders o
             where o.drop_id = h.drop_id and o.hold_expires_at <= now()
             order by o.hold_expires_at limit 1) due
         order by due.hold_expires_at limit $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("look for drops whose holds ran out")
}

/// Lists up to `limit` cancelled drops that have orders before the pivot. Only a drop that still has
/// a line can have them: it is retired once nothing of it is reserved.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn cancelled_drops_with_holds(
    pool: &PgPool,
    limit: i64,
) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        r#"select d.id as "drop_id!: DropId" from drops d
         where d.state = 'cancelled' and d.epoch_state <> 'none'
             and exists (select from orders o
                 where o.drop_id = d.id and o.hold_expires_at is not null)
         order by d.id limit $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("look for cancelled drops with holds")
}
