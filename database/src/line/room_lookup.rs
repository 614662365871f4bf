//! What admission asks when Redis has no room of a drop: once, to tell "unknown" from "not yet",
//! "over" and "being rebuilt".

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    drops::DropState,
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// A drop without a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomLookup {
    /// Never a draft.
    pub state: DropState,
    /// When it opens or opened; `None` only for a cancelled draft.
    pub opens_at: Option<Timestamp>,
}

/// Finds a drop by its id; drafts are nobody's business but their seller's.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database does not answer.
pub async fn find(pool: &PgPool, drop_id: DropId) -> Result<Option<RoomLookup>, DatabaseError> {
    sqlx::query!(
        "select state, opens_at from drops where id = $1 and state <> 'draft'",
        drop_id as DropId,
    )
    .map(|row| RoomLookup {
        state: row.state,
        opens_at: row.opens_at.map(jiff_sqlx::Timestamp::to_jiff),
    })
    .fetch_optional(pool)
    .await
    .doing("look up a drop without a room")
}

/// Returns the state of the order of a drop's ticket; `None` if it has no order.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database does not answer.
pub async fn order_state(
    pool: &PgPool,
    drop_id: DropId,
    ticket_id: TicketId,
) -> Result<Option<TicketState>, DatabaseError> {
    sqlx::query_scalar!(
        "select state from orders where drop_id = $1 and id = $2",
        drop_id as DropId,
        ticket_id as TicketId,
    )
    .fetch_optional(pool)
    .await
    .doing("look up the order of a ticket")
}
