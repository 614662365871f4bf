//! What Postgres knows of some tickets of a drop, in one snapshot.

use super::truth::{processed, snapshot};
use crate::{
    DatabaseError, Doing,
    ordering::{boundaries::Boundary, inventory},
};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
    line::StockFigure,
};
use sqlx::PgPool;

/// What Postgres knows of some tickets of a drop, at one instant.
#[derive(Clone, Debug)]
pub struct TicketTruth {
    /// Tickets that have an order, with its state.
    pub orders: Vec<(TicketId, TicketState)>,
    /// The drop's stock, one figure per variant.
    pub stock: Vec<StockFigure>,
    /// How far the drop's commands are processed; `None` when no processor has begun.
    pub processed: Option<Boundary>,
}

/// Reads what became of some tickets.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn truth_of(
    pool: &PgPool,
    drop_id: DropId,
    tickets: &[TicketId],
    topic: &str,
    partition: i32,
) -> Result<TicketTruth, DatabaseError> {
    let mut tx = snapshot(pool).await?;
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let orders = sqlx::query!(
        r#"select o.id as "id: TicketId", o.state from unnest($2::uuid[]) t (id)
         cross join lateral (
             select id, state from orders where drop_id = $1 and id = t.id limit 1) o"#,
        drop_id as DropId,
        tickets as &[TicketId],
    )
    .map(|row| (row.id, row.state))
    .fetch_all(&mut *tx)
    .await
    .doing("look up orders")?;
    let stock = inventory::figures(&mut *tx, drop_id).await?;
    let processed = processed(&mut tx, topic, partition).await?;
    tx.commit().await.doing("end a snapshot")?;
    Ok(TicketTruth { orders, stock, processed })
}
