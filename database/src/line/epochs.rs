//! Generations of a drop's line in Redis, and what a rebuild reads.
//!
//! The drop row says which epoch is meant and whether it is open. While it is `rebuilding`, its
//! commands wait. Each rebuild keeps its boundary for ever: what it left out stays left out.

use crate::{DatabaseError, Doing, ordering::inventory::StockFigure, transaction::parse};
use shared::{
    ids::{DropId, ShopperId, TicketId, VariantId},
    lifecycle::TicketState,
    tickets::{Epoch, Lane},
};
use sqlx::{FromRow, PgConnection, PgPool, Row, postgres::PgRow};
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};
use uuid::Uuid;

/// A place in `order-commands`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Boundary {
    /// Generation of the log.
    pub generation: i64,
    /// Offset in the drop's partition.
    pub offset: i64,
}

/// The boundaries of a drop's rebuilds, by the epoch that each of them began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundaries(BTreeMap<Epoch, Boundary>);

impl Boundaries {
    /// Whether a command of `epoch` came too late: a newer line was built without it.
    #[must_use]
    pub fn leave_out(&self, epoch: Epoch, at: Boundary) -> bool {
        self.0.range((Excluded(epoch), Unbounded)).any(|(_, boundary)| at >= *boundary)
    }
}

/// An order as a rebuild sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderInLine {
    /// Its ticket.
    pub ticket_id: TicketId,
    /// Whose it is.
    pub shopper_id: ShopperId,
    /// The lane it stood in.
    pub lane: Lane,
    /// Its place in the order of the lane, as it was stored.
    pub score: u64,
    /// What was ordered.
    pub variant_id: VariantId,
    /// How many.
    pub units: u32,
    /// When it was admitted, microseconds since 1970.
    pub admitted_at_us: i64,
    /// Where the order is.
    pub state: TicketState,
}

/// What Postgres knows of a drop, at one instant.
#[derive(Clone, Debug)]
pub struct LineTruth {
    /// Every order of the drop.
    pub orders: Vec<OrderInLine>,
    /// Its stock.
    pub stock: Vec<StockFigure>,
    /// Where the processor of its commands stands; `None` when it never began.
    pub processed: Option<Boundary>,
    /// Which commands its rebuilds left out.
    pub boundaries: Boundaries,
}

impl FromRow<'_, PgRow> for OrderInLine {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let state: String = row.try_get("state")?;
        let state = state.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let admitted_at: jiff_sqlx::Timestamp = row.try_get("admitted_at")?;
        Ok(Self {
            ticket_id: TicketId::from_uuid(row.try_get("id")?),
            shopper_id: ShopperId::from_uuid(row.try_get("shopper_id")?),
            lane: Lane(u8::try_from(row.try_get::<i16, _>("lane")?).unwrap_or_default()),
            score: row.try_get::<i64, _>("score")?.cast_unsigned(),
            variant_id: VariantId::from_uuid(row.try_get("variant_id")?),
            units: row.try_get::<i32, _>("units")?.cast_unsigned(),
            admitted_at_us: admitted_at.to_jiff().as_microsecond(),
            state,
        })
    }
}

/// Begins epoch `to`, if the drop still has `from`. `false` when somebody else was faster.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn begin(
    pool: &PgPool,
    drop_id: DropId,
    from: Epoch,
    to: Epoch,
) -> Result<bool, DatabaseError> {
    let begun = sqlx::query(
        "update drops set epoch = $3, epoch_state = 'rebuilding' where id = $1 and epoch = $2",
    )
    .bind(drop_id.as_uuid())
    .bind(from.0.cast_signed())
    .bind(to.0.cast_signed())
    .execute(pool)
    .await
    .doing("begin an epoch")?;
    Ok(begun.rows_affected() == 1)
}

/// Keeps the boundary: commands of older epochs at or beyond it are passed over from now on.
/// `false` when the epoch is not the one that is being rebuilt.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn set_boundary(
    pool: &PgPool,
    drop_id: DropId,
    epoch: Epoch,
    boundary: Boundary,
) -> Result<bool, DatabaseError> {
    let set = sqlx::query(
        "insert into epoch_boundaries (drop_id, epoch, generation, log_offset)
         select id, epoch, $3, $4 from drops
         where id = $1 and epoch = $2 and epoch_state = 'rebuilding' for share",
    )
    .bind(drop_id.as_uuid())
    .bind(epoch.0.cast_signed())
    .bind(boundary.generation)
    .bind(boundary.offset)
    .execute(pool)
    .await
    .doing("keep the boundary of an epoch")?;
    Ok(set.rows_affected() == 1)
}

/// Notes that the line of this epoch is open.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn mark_open(
    pool: &PgPool,
    drop_id: DropId,
    epoch: Epoch,
) -> Result<bool, DatabaseError> {
    let opened = sqlx::query(
        "update drops set epoch_state = 'open'
         where id = $1 and epoch = $2 and epoch_state = 'rebuilding'",
    )
    .bind(drop_id.as_uuid())
    .bind(epoch.0.cast_signed())
    .execute(pool)
    .await
    .doing("open an epoch")?;
    Ok(opened.rows_affected() == 1)
}

/// Reads orders, stock and the processor's place in one snapshot.
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
    let mut tx = pool
        .begin_with("begin isolation level repeatable read, read only")
        .await
        .doing("begin a snapshot")?;
    let orders = sqlx::query_as(
        "select id, shopper_id, lane, score, variant_id, units, admitted_at, state
         from orders where drop_id = $1 order by id",
    )
    .bind(drop_id.as_uuid())
    .fetch_all(&mut *tx)
    .await
    .doing("read the orders of a drop")?;
    let stock = stock(&mut tx, drop_id).await?;
    let processed = processed(&mut tx, topic, partition).await?;
    let boundaries = boundaries(&mut tx, &[drop_id]).await?.remove(&drop_id).unwrap_or_default();
    tx.commit().await.doing("end a snapshot")?;
    Ok(LineTruth { orders, stock, processed, boundaries })
}

/// Reads the boundaries of some drops.
pub(crate) async fn boundaries(
    conn: &mut PgConnection,
    drops: &[DropId],
) -> Result<BTreeMap<DropId, Boundaries>, DatabaseError> {
    let ids: Vec<Uuid> = drops.iter().map(DropId::as_uuid).collect();
    let rows: Vec<(Uuid, i32, i64, i64)> = sqlx::query_as(
        "select drop_id, epoch, generation, log_offset from epoch_boundaries
         where drop_id = any($1)",
    )
    .bind(ids)
    .fetch_all(conn)
    .await
    .doing("read the boundaries of epochs")?;
    let mut found = BTreeMap::<_, Boundaries>::new();
    for (id, epoch, generation, offset) in rows {
        let of_drop = found.entry(DropId::from_uuid(id)).or_default();
        of_drop.0.insert(Epoch(epoch.unsigned_abs()), Boundary { generation, offset });
    }
    Ok(found)
}

/// States of some tickets' orders, with the stock of the same snapshot and the processor's place.
#[derive(Clone, Debug)]
pub struct TicketTruth {
    /// Tickets that have an order.
    pub orders: Vec<(TicketId, TicketState)>,
    /// Stock of the drop.
    pub stock: Vec<StockFigure>,
    /// Where the processor of its commands stands.
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
    let mut tx = pool
        .begin_with("begin isolation level repeatable read, read only")
        .await
        .doing("begin a snapshot")?;
    let ids: Vec<Uuid> = tickets.iter().map(TicketId::as_uuid).collect();
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("select id, state from orders where id = any($1) and drop_id = $2")
            .bind(ids)
            .bind(drop_id.as_uuid())
            .fetch_all(&mut *tx)
            .await
            .doing("look up orders")?;
    let orders = rows
        .into_iter()
        .map(|(id, state)| Ok((TicketId::from_uuid(id), parse(&state)?)))
        .collect::<Result<_, DatabaseError>>()?;
    let stock = stock(&mut tx, drop_id).await?;
    let processed = processed(&mut tx, topic, partition).await?;
    tx.commit().await.doing("end a snapshot")?;
    Ok(TicketTruth { orders, stock, processed })
}

/// Lists orders that ended a while ago without the line having been told.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn untold_ends(
    pool: &PgPool,
    drop_id: DropId,
    limit: i64,
) -> Result<Vec<(TicketId, u64, TicketState)>, DatabaseError> {
    let rows: Vec<(Uuid, i64, String)> = sqlx::query_as(
        "select id, score, state from orders
         where drop_id = $1 and not line_told and updated_at < now() - interval '1 second'
             and state in
                 ('confirmed', 'rejected', 'dead', 'expired', 'payment_failed', 'cancelled')
         limit $2",
    )
    .bind(drop_id.as_uuid())
    .bind(limit)
    .fetch_all(pool)
    .await
    .doing("look for ends that the line was not told")?;
    rows.into_iter()
        .map(|(id, score, state)| {
            Ok((TicketId::from_uuid(id), score.cast_unsigned(), parse(&state)?))
        })
        .collect()
}

async fn stock(
    conn: &mut PgConnection,
    drop_id: DropId,
) -> Result<Vec<StockFigure>, DatabaseError> {
    let rows: Vec<(Uuid, i64, i32, i32)> = sqlx::query_as(
        "select variant_id, version, available, reserved from inventory
         where drop_id = $1 order by variant_id",
    )
    .bind(drop_id.as_uuid())
    .fetch_all(conn)
    .await
    .doing("read the stock of a drop")?;
    let figure = |(variant, version, available, reserved)| StockFigure {
        drop_id,
        variant_id: VariantId::from_uuid(variant),
        version,
        available,
        reserved,
    };
    Ok(rows.into_iter().map(figure).collect())
}

async fn processed(
    conn: &mut PgConnection,
    topic: &str,
    partition: i32,
) -> Result<Option<Boundary>, DatabaseError> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "select generation, next_offset from consumer_offsets where topic = $1 and partition = $2",
    )
    .bind(topic)
    .bind(partition)
    .fetch_optional(conn)
    .await
    .doing("look up the offset of a partition")?;
    Ok(row.map(|(generation, offset)| Boundary { generation, offset }))
}
