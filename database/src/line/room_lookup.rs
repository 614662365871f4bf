//! What admission asks when Redis has no room of a drop: once, to tell "unknown" from "not yet",
//! "over" and "being rebuilt".

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    drops::{CloseReason, DropState},
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgPool, Row};

/// A drop without a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomLookup {
    /// Where it is in its life.
    pub state: DropState,
    /// When it opens.
    pub opens_at: Option<Timestamp>,
}

impl RoomLookup {
    /// Why the line is over, if it is.
    #[must_use]
    pub const fn ended(&self) -> Option<CloseReason> {
        match self.state {
            DropState::SoldOut => Some(CloseReason::SoldOut),
            DropState::Closed => Some(CloseReason::Closed),
            DropState::Cancelled => Some(CloseReason::Cancelled),
            DropState::Draft | DropState::Scheduled | DropState::Open => None,
        }
    }
}

/// Finds a drop by its id; drafts are nobody's business but their seller's.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database does not answer.
pub async fn find(pool: &PgPool, drop_id: DropId) -> Result<Option<RoomLookup>, DatabaseError> {
    let operation = "look up a drop without a room";
    let row = sqlx::query("select state, opens_at from drops where id = $1 and state <> 'draft'")
        .bind(drop_id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing(operation)?;
    let Some(row) = row else { return Ok(None) };
    let opens_at: Option<jiff_sqlx::Timestamp> = row.try_get("opens_at").doing(operation)?;
    Ok(Some(RoomLookup {
        state: parse(row.try_get("state").doing(operation)?).doing(operation)?,
        opens_at: opens_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// Tells the state of a ticket's order; `None` if it has no order.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database does not answer.
pub async fn order_state(
    pool: &PgPool,
    ticket_id: TicketId,
) -> Result<Option<TicketState>, DatabaseError> {
    let operation = "look up the order of a ticket";
    let state: Option<String> = sqlx::query_scalar("select state from orders where id = $1")
        .bind(ticket_id.as_uuid())
        .fetch_optional(pool)
        .await
        .doing(operation)?;
    state.map(|state| parse(&state)).transpose().doing(operation)
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T, sqlx::Error>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
