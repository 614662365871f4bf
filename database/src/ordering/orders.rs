//! Orders: one row per admitted ticket, and the one way to change its state.

use crate::{
    DatabaseError, Doing,
    journal::outbox,
    ordering::order::{Change, Order},
    ordering::transitions,
    transaction::parse,
};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    tickets::{Epoch, Lane, Score},
};
use sqlx::{PgConnection, PgPool, prelude::FromRow};
use uuid::Uuid;

/// An order that came to its end; the line must be told (FINISH).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedOrder {
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Its drop.
    pub drop_id: DropId,
    /// Whose it was.
    pub shopper_id: ShopperId,
    /// The lane it stood in.
    pub lane: Lane,
    /// Its place in the order of the lane.
    pub score: Score,
    /// The end.
    pub state: TicketState,
}

impl Order {
    pub(crate) fn ended(&self, state: TicketState) -> EndedOrder {
        EndedOrder {
            ticket_id: self.id.into(),
            drop_id: self.drop_id,
            shopper_id: self.shopper_id,
            lane: Lane(self.lane as u8),
            // Stored as it came; a score that no ticket can have stays what it is.
            score: Score::new(Epoch((self.score >> 40) as u32), self.score as u64),
            state,
        }
    }
}

#[derive(FromRow)]
struct OrderRow {
    id: Uuid,
    drop_id: Uuid,
    seller_id: Uuid,
    shopper_id: Uuid,
    variant_id: Uuid,
    units: i32,
    amount_minor: i64,
    currency: String,
    state: String,
    sequence: i32,
    lane: i16,
    score: i64,
}

impl TryFrom<OrderRow> for Order {
    type Error = DatabaseError;

    fn try_from(row: OrderRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: OrderId::from_uuid(row.id),
            drop_id: DropId::from_uuid(row.drop_id),
            seller_id: SellerId::from_uuid(row.seller_id),
            shopper_id: ShopperId::from_uuid(row.shopper_id),
            variant_id: VariantId::from_uuid(row.variant_id),
            units: row.units,
            amount_minor: row.amount_minor,
            currency: row.currency,
            state: parse(&row.state)?,
            sequence: row.sequence,
            lane: row.lane,
            score: row.score,
        })
    }
}

/// Locks orders in the order of their ids. Every change of an order begins here, before its hold,
/// its payments and its stock are touched, so that two changes never wait for each other in a
/// circle.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> Result<Vec<Order>, DatabaseError> {
    let rows: Vec<OrderRow> = sqlx::query_as(
        "select id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor, currency,
             state, sequence, lane, score
         from orders where id = any($1) order by id for no key update",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
    .doing("lock orders")?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Moves locked orders on: their rows, the transitions, the events. Gives them as they are now.
///
/// Moves that the lifecycle does not have are a mistake of the caller.
pub(crate) async fn change(
    conn: &mut PgConnection,
    orders: Vec<Order>,
    to: TicketState,
    reason: Option<&str>,
) -> Result<Vec<Order>, DatabaseError> {
    if orders.is_empty() {
        return Ok(orders);
    }
    debug_assert!(orders.iter().all(|order| order.state.check_move(to).is_ok()));
    let ids: Vec<Uuid> = orders.iter().map(|order| order.id.as_uuid()).collect();
    let now: jiff_sqlx::Timestamp = sqlx::query_scalar(
        "with changed as (update orders set state = $2, reason = $3, sequence = sequence + 1,
             updated_at = clock_timestamp() where id = any($1) returning 1)
         select clock_timestamp() from (select count(*) from changed) c",
    )
    .bind(&ids)
    .bind(to.as_str())
    .bind(reason)
    .fetch_one(&mut *conn)
    .await
    .doing("change orders")?;
    let changes: Vec<_> = orders
        .iter()
        .map(|order| Change {
            order,
            sequence: order.sequence + 1,
            from: order.state,
            to,
            reason: reason.map(Into::into),
        })
        .collect();
    record(conn, &changes, now.to_jiff()).await?;
    let moved = |order: Order| Order { state: to, sequence: order.sequence + 1, ..order };
    Ok(orders.into_iter().map(moved).collect())
}

/// Writes the transitions and events of changes.
pub(crate) async fn record(
    conn: &mut PgConnection,
    changes: &[Change<'_>],
    at: Timestamp,
) -> Result<(), DatabaseError> {
    transitions::append(conn, changes).await?;
    outbox::append_order_events(conn, changes, at).await
}

/// Notes that the line knows the end of these orders.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; then the line is told again.
pub async fn mark_line_told(pool: &PgPool, tickets: &[TicketId]) -> Result<(), DatabaseError> {
    let ids: Vec<Uuid> = tickets.iter().map(TicketId::as_uuid).collect();
    sqlx::query("update orders set line_told = true where id = any($1) and not line_told")
        .bind(ids)
        .execute(pool)
        .await
        .doing("note that the line was told")?;
    Ok(())
}
