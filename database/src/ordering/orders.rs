//! Orders: one row per admitted ticket.

use super::order::Order;
use crate::{DatabaseError, Doing};
use shared::ids::{DropId, OrderId};
use sqlx::PgConnection;

pub use super::order::EndedOrder;

/// Locks orders of a drop, each named once, in the order of their ids. Whoever is going to move
/// units has locked the stock of the drop before, so that two transactions never wait for each
/// other in a circle.
///
/// The ordered rows feed the lateral join, which locks one order after the other by its whole key.
/// Given the ids as a list, a plan that was made for small drops would look for them among all
/// orders of a big one.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    drop_id: DropId,
    ids: &[OrderId],
) -> Result<Vec<Order>, DatabaseError> {
    sqlx::query!(
        "select o.id, o.drop_id, o.seller_id, o.shopper_id, o.variant_id, o.units_asked,
             o.units_held, o.amount_minor, o.currency, o.state, o.sequence, o.lane, o.score,
             o.is_only_one, o.hold_expires_at
         from (select id from unnest($2::uuid[]) u (id) order by id) w
         cross join lateral (
             select * from orders where drop_id = $1 and id = w.id limit 1 for no key update) o",
        drop_id as DropId,
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
