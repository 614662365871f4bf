//! Drops that have something to sweep. Both go from drop to drop through the index of holds,
//! however many holds each drop has.

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

/// Lists up to `limit` cancelled drops that have orders before the pivot.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn cancelled_drops_with_holds(
    pool: &PgPool,
    limit: i64,
) -> Result<Vec<DropId>, DatabaseError> {
    sqlx::query_scalar!(
        r#"with recursive holding as (
             (select drop_id from orders where hold_expires_at is not null
              order by drop_id limit 1)
             union all
             select (select o.drop_id from orders o
                     where o.hold_expires_at is not null and o.drop_id > h.drop_id
                     order by o.drop_id limit 1)
             from holding h where h.drop_id is not null)
         select d.id as "drop_id!: DropId" from holding h
         join drops d on d.id = h.drop_id and d.state = 'cancelled'
         order by d.id limit $1"#,
        limit,
    )
    .fetch_all(pool)
    .await
    .doing("look for cancelled drops with holds")
}
