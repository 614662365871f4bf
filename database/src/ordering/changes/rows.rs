//! The rows of orders that change.

use super::order_change::OrderChange;
use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Stores each order, which is locked, as the last of its changes leaves it.
///
/// The drop comes with each row, although all have the same: given once, it would let a plan read
/// all orders of the drop.
pub(super) async fn store(
    conn: &mut PgConnection,
    changes: &[OrderChange],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let last: BTreeMap<OrderId, &OrderChange> =
        changes.iter().map(|change| (change.order.id, change)).collect();
    let rows: Vec<_> = last.values().map(|change| change.leaves()).collect();
    sqlx::query!(
        "update orders o set state = c.state, reason = c.reason, sequence = c.sequence,
             units_held = c.units_held, updated_at = $8,
             hold_expires_at = case when c.is_held then o.hold_expires_at end
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[],
             $7::bool[]) c (drop_id, id, state, reason, sequence, units_held, is_held)
         where o.drop_id = c.drop_id and o.id = c.id",
        rows.iter().map(|order| order.drop_id).collect::<Vec<_>>() as Vec<DropId>,
        rows.iter().map(|order| order.id).collect::<Vec<_>>() as Vec<OrderId>,
        rows.iter().map(|order| order.state).collect::<Vec<_>>() as Vec<TicketState>,
        last.values().map(|change| change.reason.as_deref()).collect::<Vec<_>>()
            as Vec<Option<&str>>,
        rows.iter().map(|order| order.sequence).collect::<Vec<_>>() as Vec<i32>,
        rows.iter().map(|order| order.units_held).collect::<Vec<_>>() as Vec<i32>,
        rows.iter().map(|order| order.hold_expires_at.is_some()).collect::<Vec<_>>() as Vec<bool>,
        at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("change orders")?;
    Ok(())
}
