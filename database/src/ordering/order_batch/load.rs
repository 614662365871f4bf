//! Locks and reads, in one order everywhere: offset, drops, stock, customers.

use super::{
    batch::OrderBatch,
    decide::Shelf,
    locked_drop::{DropRow, LockedDrop},
};
use crate::{
    DatabaseError, Doing,
    ordering::{boundaries, customer_usage},
};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, TicketId, VariantId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use sqlx::{PgConnection, prelude::FromRow};
use std::collections::{BTreeMap, BTreeSet};

#[derive(FromRow)]
struct ShelfRow {
    drop_id: DropId,
    variant_id: VariantId,
    available: i32,
    price_minor: i64,
    currency: String,
}

/// Locks the partition's offset, if it is still where the batch begins.
pub(super) async fn lock_offset(
    conn: &mut PgConnection,
    batch: &OrderBatch,
) -> Result<bool, DatabaseError> {
    let found = sqlx::query(
        "select 1 from consumer_offsets
         where topic = $1 and partition = $2 and generation = $3 and next_offset = $4 for update",
    )
    .bind(&batch.topic)
    .bind(batch.partition)
    .bind(batch.generation)
    .bind(batch.expected_offset)
    .fetch_optional(conn)
    .await
    .doing("lock the offset of a partition")?;
    Ok(found.is_some())
}

/// Locks the drops of these commands in key order. `no key update`, so that others can still write
/// rows that refer to a drop.
pub(super) async fn lock_drops(
    conn: &mut PgConnection,
    commands: &[&PlaceOrder],
) -> Result<BTreeMap<DropId, LockedDrop>, DatabaseError> {
    let ids: BTreeSet<DropId> = commands.iter().map(|command| command.drop_id).collect();
    let rows: Vec<DropRow> = sqlx::query_as(
        "select id, seller_id, state, partition, epoch,
             epoch_state = 'rebuilding' as is_rebuilding, order_rate_per_second, order_tat_us,
             order_tat_rate, hold_seconds, max_units_per_ticket, max_units_per_customer
         from drops where id = any($1) order by id for no key update",
    )
    .bind(ids.into_iter().collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await
    .doing("lock drops")?;
    let mut drops: BTreeMap<DropId, LockedDrop> =
        rows.into_iter().map(|row| (row.id, row.into())).collect();
    know_boundaries(conn, &mut drops, commands).await?;
    Ok(drops)
}

/// Only commands from before a rebuild need to know its boundary, and there are hardly ever any.
async fn know_boundaries(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    let is_older = |command: &&&PlaceOrder| {
        drops.get(&command.drop_id).is_some_and(|flash_drop| command.epoch < flash_drop.epoch)
    };
    let older: BTreeSet<DropId> =
        commands.iter().filter(is_older).map(|command| command.drop_id).collect();
    if older.is_empty() {
        return Ok(());
    }
    let older: Vec<DropId> = older.into_iter().collect();
    for (id, boundaries) in boundaries::read(conn, &older).await? {
        if let Some(flash_drop) = drops.get_mut(&id) {
            flash_drop.boundaries = boundaries;
        }
    }
    Ok(())
}

/// Returns the time, taken when the locks are held: RATE-2 is judged by it.
pub(super) async fn time_under_locks(conn: &mut PgConnection) -> Result<Timestamp, DatabaseError> {
    let now: jiff_sqlx::Timestamp = sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(conn)
        .await
        .doing("ask for the time")?;
    Ok(now.to_jiff())
}

/// Finds the tickets that have orders already.
pub(super) async fn existing(
    conn: &mut PgConnection,
    tickets: &[TicketId],
) -> Result<BTreeMap<OrderId, TicketState>, DatabaseError> {
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let rows: Vec<(OrderId, TicketState)> = sqlx::query_as(
        "select o.id, o.state from unnest($1::uuid[]) t (id)
         join lateral (select id, state from orders where id = t.id limit 1) o on true",
    )
    .bind(tickets)
    .fetch_all(conn)
    .await
    .doing("look for orders")?;
    Ok(rows.into_iter().collect())
}

/// Locks the stock and the customers that these commands speak of, and fills the shops with them.
pub(super) async fn lock_shops(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    lock_shelves(conn, drops, commands).await?;
    let customers = commands.iter().map(|command| (command.drop_id, command.shopper_id));
    let usage = customer_usage::lock(conn, customers).await?;
    for ((drop_id, shopper_id), units) in usage {
        if let Some(flash_drop) = drops.get_mut(&drop_id) {
            flash_drop.shop.usage.insert(shopper_id, units);
        }
    }
    Ok(())
}

async fn lock_shelves(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    let wanted: BTreeSet<_> =
        commands.iter().map(|command| (command.drop_id, command.variant_id)).collect();
    let rows: Vec<ShelfRow> = sqlx::query_as(
        "select i.drop_id, i.variant_id, i.available, v.price_minor, v.currency
         from unnest($1::uuid[], $2::uuid[]) k (drop_id, variant_id)
         join inventory i on i.drop_id = k.drop_id and i.variant_id = k.variant_id
         join variants v on v.id = i.variant_id
         order by i.drop_id, i.variant_id for no key update of i",
    )
    .bind(wanted.iter().map(|key| key.0).collect::<Vec<_>>())
    .bind(wanted.iter().map(|key| key.1).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .doing("lock stock")?;
    for row in rows {
        if let Some(flash_drop) = drops.get_mut(&row.drop_id) {
            let shelf =
                Shelf { available: row.available.unsigned_abs(), price_minor: row.price_minor };
            flash_drop.shop.shelves.insert(row.variant_id, shelf);
            flash_drop.currency.insert(row.variant_id, row.currency);
        }
    }
    Ok(())
}
