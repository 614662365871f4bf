//! Orders: one row per admitted ticket.

use super::order::Order;
use crate::{DatabaseError, Doing};
use shared::ids::OrderId;
use sqlx::PgConnection;

pub use super::order::EndedOrder;

/// Locks orders in the order of their ids. Whoever is going to move units has locked the stock of
/// the drop before, so that two transactions never wait for each other in a circle.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    ids: &[OrderId],
) -> Result<Vec<Order>, DatabaseError> {
    sqlx::query!(
        "select id, drop_id, seller_id, shopper_id, variant_id, units_asked, units_held,
             amount_minor, currency, state, sequence, lane, score, is_only_one, hold_expires_at
         from orders where id = any($1) order by id for no key update",
        ids as &[OrderId],
    )
    .map(|row| Order {
        id: row.id,
        drop_id: row.drop_id,
        seller_id: row.seller_id,
        shopper_id: row.shopper_id,
        variant_id: row.variant_id,
        units_asked: row.units_asked,
        units_held: row.units_held,
        amount_minor: row.amount_minor,
        currency: row.currency,
        state: row.state,
        sequence: row.sequence,
        lane: row.lane,
        score: row.score,
        is_only_one: row.is_only_one,
        hold_expires_at: row.hold_expires_at.map(jiff_sqlx::Timestamp::to_jiff),
    })
    .fetch_all(conn)
    .await
    .doing("lock orders")
}
