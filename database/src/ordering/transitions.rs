//! Changes of orders' states, append-only: from the second of an order on, and a first one that is
//! the end. The first is the order row itself.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{ids::OrderId, lifecycle::TicketState};
use sqlx::PgConnection;

/// A change of an order's state.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) order_id: OrderId,
    /// Number of the change among those of its order.
    pub(crate) sequence: i32,
    pub(crate) from: TicketState,
    pub(crate) to: TicketState,
    pub(crate) reason: Option<String>,
}

/// Writes changes. The unique index on ends refuses a second end of an order.
pub(crate) async fn append(
    conn: &mut PgConnection,
    transitions: &[Transition],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    if transitions.is_empty() {
        return Ok(());
    }
    let all = || transitions.iter();
    sqlx::query!(
        "insert into ticket_transitions
             (order_id, sequence, from_state, to_state, terminal, reason, at)
         select order_id, sequence, from_state, to_state, terminal, reason, $7
         from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::bool[], $6::text[])
             t (order_id, sequence, from_state, to_state, terminal, reason)",
        all().map(|step| step.order_id).collect::<Vec<_>>() as Vec<OrderId>,
        all().map(|step| step.sequence).collect::<Vec<_>>() as Vec<i32>,
        all().map(|step| step.from).collect::<Vec<_>>() as Vec<TicketState>,
        all().map(|step| step.to).collect::<Vec<_>>() as Vec<TicketState>,
        all().map(|step| step.to.is_terminal()).collect::<Vec<_>>() as Vec<bool>,
        all().map(|step| step.reason.as_deref()).collect::<Vec<_>>() as Vec<Option<&str>>,
        at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("write transitions")?;
    Ok(())
}
