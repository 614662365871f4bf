//! Orders: one row per admitted ticket, and the one way to change its state.

use super::{
    order::{Change, Order},
    order_events, transitions,
};
use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{OrderId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};

pub use super::order::EndedOrder;

/// Locks orders in the order of their ids. Every change of an order begins here, before its hold,
/// its payments and its stock are touched, so that two changes never wait for each other in a
/// circle.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    ids: &[OrderId],
) -> Result<Vec<Order>, DatabaseError> {
    sqlx::query_as(
        "select id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor, currency,
             state, sequence, lane, score
         from orders where id = any($1) order by id for no key update",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
    .doing("lock orders")
}

/// Moves locked orders on: their rows, the transitions, the events. Returns them as they are now.
///
/// # Errors
///
/// Returns [`DatabaseError::InvalidTransition`] when the lifecycle does not have one of the moves;
/// the caller then rolls its transaction back.
pub(crate) async fn change(
    conn: &mut PgConnection,
    orders: Vec<Order>,
    to: TicketState,
    reason: Option<&str>,
) -> Result<Vec<Order>, DatabaseError> {
    if orders.is_empty() {
        return Ok(orders);
    }
    for order in &orders {
        order.state.check_move(to)?;
    }
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let now: jiff_sqlx::Timestamp = sqlx::query_scalar(
        "with changed as (update orders set state = $2, reason = $3, sequence = sequence + 1,
             updated_at = clock_timestamp() where id = any($1) returning 1)
         select clock_timestamp() from (select count(*) from changed) c",
    )
    .bind(&ids)
    .bind(to)
    .bind(reason)
    .fetch_one(&mut *conn)
    .await
    .doing("change orders")?;
    let changes: Vec<_> = orders
        .iter()
        .map(|order| Change {
            order,
            sequence: order.sequence + 1,
            from: order.state,
            to,
            reason: reason.map(Into::into),
        })
        .collect();
    record(conn, &changes, now.to_jiff()).await?;
    let moved = |order: Order| Order { state: to, sequence: order.sequence + 1, ..order };
    Ok(orders.into_iter().map(moved).collect())
}

/// Writes the transitions and events of changes.
pub(crate) async fn record(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    transitions::append(conn, changes).await?;
    order_events::append(conn, changes, at).await
}

/// Notes that the line knows the end of these orders.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the line is then told again.
pub async fn mark_line_told(pool: &PgPool, tickets: &[TicketId]) -> Result<(), DatabaseError> {
    sqlx::query("update orders set line_told = true where id = any($1) and not line_told")
        .bind(tickets)
        .execute(pool)
        .await
        .doing("note that the line was told")?;
    Ok(())
}
