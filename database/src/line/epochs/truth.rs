//! What Postgres knows of a line, in one snapshot: orders, stock, and how far the processor is.

use crate::{
    DatabaseError, Doing,
    ordering::{
        boundaries::{self, Boundaries, Boundary},
        inventory, offsets,
    },
};
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{Lane, StockFigure},
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

/// An order as a rebuild sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInLine {
    /// Also the order's id.
    pub ticket_id: TicketId,
    /// The account that it belongs to.
    pub shopper_id: ShopperId,
    /// The lane that the ticket stood in.
    pub lane: Lane,
    /// The ticket's rank in its lane, as it was stored.
    pub score: u64,
    /// What was ordered.
    pub variant_id: VariantId,
    /// Units as the order command asked for them.
    pub units: u32,
    /// When the ticket was admitted, in microseconds since 1970.
    pub admitted_at_us: i64,
    /// The state of the order.
    pub state: TicketState,
}

/// What Postgres knows of a drop, at one instant.
#[derive(Clone, Debug)]
pub struct LineTruth {
    /// Every order of the drop, the earliest ticket first.
    pub orders: Vec<OrderInLine>,
    /// The drop's stock, one figure per variant.
    pub stock: Vec<StockFigure>,
    /// How far its commands are processed; `None` when no processor has begun.
    pub processed: Option<Boundary>,
    /// Which commands its rebuilds left out.
    pub boundaries: Boundaries,
}

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

/// Reads everything that a rebuild needs of a drop.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn truth(
    pool: &PgPool,
    drop_id: DropId,
    topic: &str,
    partition: i32,
) -> Result<LineTruth, DatabaseError> {
    let mut tx = snapshot(pool).await?;
    let orders = orders(&mut tx, drop_id).await?;
    let stock = inventory::figures(&mut *tx, drop_id).await?;
    let processed = processed(&mut tx, topic, partition).await?;
    let boundaries = boundaries::read(&mut tx, &[drop_id]).await?.remove(&drop_id);
    tx.commit().await.doing("end a snapshot")?;
    Ok(LineTruth { orders, stock, processed, boundaries: boundaries.unwrap_or_default() })
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

async fn snapshot(pool: &PgPool) -> Result<Transaction<'static, Postgres>, DatabaseError> {
    pool.begin_with("begin isolation level repeatable read, read only")
        .await
        .doing("begin a snapshot")
}

async fn orders(
    conn: &mut PgConnection,
    drop_id: DropId,
) -> Result<Vec<OrderInLine>, DatabaseError> {
    sqlx::query!(
        r#"select id as "id: TicketId", shopper_id, lane, score, variant_id, units_asked,
             admitted_at, state
         from orders where drop_id = $1 order by id"#,
        drop_id as DropId,
    )
    .map(|row| OrderInLine {
        ticket_id: row.id,
        shopper_id: row.shopper_id,
        lane: Lane(u8::try_from(row.lane).unwrap_or_default()),
        score: row.score.cast_unsigned(),
        variant_id: row.variant_id,
        units: row.units_asked.cast_unsigned(),
        admitted_at_us: row.admitted_at.to_jiff().as_microsecond(),
        state: row.state,
    })
    .fetch_all(conn)
    .await
    .doing("read the orders of a drop")
}

async fn processed(
    conn: &mut PgConnection,
    topic: &str,
    partition: i32,
) -> Result<Option<Boundary>, DatabaseError> {
    let found = offsets::find(conn, topic, partition).await?;
    Ok(found.map(|log| Boundary { generation: log.generation, offset: log.next_offset }))
}
