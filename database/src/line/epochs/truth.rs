//! What Postgres knows of a line, in one snapshot: orders, stock, and how far the processor is.
//!
//! A big drop has more orders than should stand in memory at one time, or than one statement should
//! read under the time limit of the hot path. So they are read in pieces, by their key, with a limit
//! of their own.

use crate::{
    DatabaseError, Doing,
    ordering::{
        boundaries::{self, Boundaries, Boundary},
        inventory, offsets,
    },
};
use jiff::Timestamp;
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    line::{Lane, StockFigure},
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

/// Orders of one piece.
const PIECE: usize = 5_000;

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
    /// Units as the order command asked for them; fewer, if the shopper chose so.
    pub units: u32,
    /// When the ticket was admitted, in microseconds since 1970.
    pub admitted_at_us: i64,
    /// The state of the order.
    pub state: TicketState,
    /// When it came to that state.
    pub updated_at: Timestamp,
}

/// What Postgres knows of a drop, at one instant, beside its orders.
#[derive(Clone, Debug)]
pub struct LineTruth {
    /// How many orders there are.
    pub n_orders: usize,
    /// The drop's stock, one figure per variant.
    pub stock: Vec<StockFigure>,
    /// How far its commands are processed; `None` when no processor has begun.
    pub processed: Option<Boundary>,
    /// Which commands its rebuilds left out.
    pub boundaries: Boundaries,
}

/// Reads everything that a rebuild needs of a drop. Hands each order to `take`, the earliest ticket
/// first.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; `take` may have got some orders then.
pub async fn truth(
    pool: &PgPool,
    drop_id: DropId,
    topic: &str,
    partition: i32,
    take: impl FnMut(OrderInLine),
) -> Result<LineTruth, DatabaseError> {
    let mut tx = snapshot(pool).await?;
    sqlx::query!("set local statement_timeout = '60s'")
        .execute(&mut *tx)
        .await
        .doing("allow a long read")?;
    let n_orders = read_orders(&mut tx, drop_id, take).await?;
    let stock = inventory::figures(&mut *tx, drop_id).await?;
    let processed = processed(&mut tx, topic, partition).await?;
    let boundaries = boundaries::read(&mut tx, &[drop_id]).await?.remove(&drop_id);
    tx.commit().await.doing("end a snapshot")?;
    Ok(LineTruth { n_orders, stock, processed, boundaries: boundaries.unwrap_or_default() })
}

pub(super) async fn snapshot(
    pool: &PgPool,
) -> Result<Transaction<'static, Postgres>, DatabaseError> {
    pool.begin_with("begin isolation level repeatable read, read only")
        .await
        .doing("begin a snapshot")
}

/// Returns how many there were.
async fn read_orders(
    conn: &mut PgConnection,
    drop_id: DropId,
    mut take: impl FnMut(OrderInLine),
) -> Result<usize, DatabaseError> {
    let (mut n_orders, mut after) = (0, TicketId::from_uuid(Uuid::nil()));
    loop {
        let piece = orders_after(conn, drop_id, after).await?;
        n_orders += piece.len();
        after = piece.last().map_or(after, |order| order.ticket_id);
        let is_last = piece.len() < PIECE;
        piece.into_iter().for_each(&mut take);
        if is_last {
            return Ok(n_orders);
        }
    }
}

async fn orders_after(
    conn: &mut PgConnection,
    drop_id: DropId,
    after: TicketId,
) -> Result<Vec<OrderInLine>, DatabaseError> {
    sqlx::query!(
        r#"select id as "id: TicketId", shopper_id, lane, score, variant_id, units_asked,
             admitted_at, state, updated_at
         from orders where drop_id = $1 and id > $2 order by id limit $3"#,
        drop_id as DropId,
        after as TicketId,
        PIECE as i64,
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
        updated_at: row.updated_at.to_jiff(),
    })
    .fetch_all(conn)
    .await
    .doing("read the orders of a drop")
}

pub(super) async fn processed(
    conn: &mut PgConnection,
    topic: &str,
    partition: i32,
) -> Result<Option<Boundary>, DatabaseError> {
    let found = offsets::find(conn, topic, partition).await?;
    Ok(found.map(|log| Boundary { generation: log.generation, offset: log.next_offset }))
}
