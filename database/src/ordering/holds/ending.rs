//! How orders before the pivot end.

use crate::{
    DatabaseError, journal,
    ordering::{
        changes::{self, OrderChange, Outcome},
        inventory::MoveCause,
        order::Order,
        orders,
    },
};
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
};
use sqlx::PgConnection;

/// An end without payment, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) to: TicketState,
    pub(super) reason: &'static str,
    pub(super) cause: MoveCause,
}

impl Ending {
    pub(super) const RAN_OUT: Self =
        Self { to: TicketState::Expired, reason: "hold_expired", cause: MoveCause::Expire };
    pub(super) const DROP_CANCELLED: Self =
        Self { to: TicketState::Cancelled, reason: "drop_cancelled", cause: MoveCause::Cancel };
    pub(super) const BY_SHOPPER: Self =
        Self { to: TicketState::Cancelled, reason: "shopper", cause: MoveCause::Cancel };
}

/// Ends those of these orders that are before the pivot. The drop's stock is locked.
pub(super) async fn end(
    conn: &mut PgConnection,
    drop_id: DropId,
    ids: &[OrderId],
    ending: Ending,
) -> Result<Outcome, DatabaseError> {
    if ids.is_empty() {
        return Ok(Outcome::default());
    }
    let locked = orders::lock(conn, drop_id, ids).await?;
    end_locked(conn, drop_id, &locked, ending).await
}

/// As [`end`], for orders that are locked, too.
pub(super) async fn end_locked(
    conn: &mut PgConnection,
    drop_id: DropId,
    locked: &[Order],
    ending: Ending,
) -> Result<Outcome, DatabaseError> {
    let Ending { to, reason, cause } = ending;
    let can_end =
        |order: &&Order| order.hold_expires_at.is_some() && order.state.check_move(to).is_ok();
    let ends = locked.iter().filter(can_end);
    let changes: Vec<_> = ends.map(|order| OrderChange::new(order, to, Some(reason))).collect();
    if changes.is_empty() {
        return Ok(Outcome::default());
    }
    let moment = journal::moment(conn).await?;
    changes::apply(conn, &moment, cause, drop_id, &changes).await
}
