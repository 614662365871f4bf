//! The end of visits.

use crate::{
    DatabaseError, Doing, journal,
    ordering::{
        changes::{self, OrderChange},
        inventory::{self, MoveCause},
        order::Order,
        orders,
    },
    run_to_completion,
};
use shared::{
    ids::{DropId, OrderId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeSet;

/// Ends visits, as the site or a visitor says: others get their places. A pass that was never
/// redeemed ends as well. Returns the tickets whose passes were good until now; the others were over
/// before, or have no pass of this drop.
///
/// The lines are told by a worker, within a second or two.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn end(
    pool: &PgPool,
    drop_id: DropId,
    ticket_ids: &[TicketId],
) -> Result<Vec<TicketId>, DatabaseError> {
    let ids: BTreeSet<OrderId> = ticket_ids.iter().map(|id| OrderId::from(*id)).collect();
    let (pool, ids) = (pool.clone(), Vec::from_iter(ids));
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to end visits")?;
        let good = lock_good(&mut tx, drop_id, &ids).await?;
        end_locked(&mut tx, drop_id, &good, TicketState::Visited, None).await?;
        tx.commit().await.doing("commit ended visits")?;
        Ok(good.iter().map(|order| TicketId::from(order.id)).collect())
    })
    .await
}

/// Locks those of these orders, each named once, that are passes and not over. Their end is counted,
/// so the drop's stock is locked first.
pub(super) async fn lock_good(
    conn: &mut PgConnection,
    drop_id: DropId,
    ids: &[OrderId],
) -> Result<Vec<Order>, DatabaseError> {
    inventory::lock(conn, drop_id).await?;
    let mut locked = orders::lock(conn, drop_id, ids).await?;
    locked.retain(|order| order.state.is_pass());
    Ok(locked)
}

/// Ends passes that are locked and not over.
pub(super) async fn end_locked(
    conn: &mut PgConnection,
    drop_id: DropId,
    good: &[Order],
    to: TicketState,
    reason: Option<&str>,
) -> Result<(), DatabaseError> {
    if good.is_empty() {
        return Ok(());
    }
    let ends: Vec<_> = good.iter().map(|order| OrderChange::new(order, to, reason)).collect();
    let moment = journal::moment(conn).await?;
    // What the line must hear stays pending: a worker tells it, as if this process had died here.
    changes::apply(conn, &moment, MoveCause::Visit, drop_id, &ends).await?;
    Ok(())
}
