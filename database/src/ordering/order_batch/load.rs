//! Locks and reads, in one order everywhere: offset, drops, stock, customers.

use super::{OrderBatch, Room, Shelf};
use crate::{
    DatabaseError, Doing,
    line::epochs::{self, Boundaries, Boundary},
    ordering::customer_usage,
    transaction::parse,
};
use jiff::Timestamp;
use shared::{
    gcra::Gcra,
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
    messages::PlaceOrder,
    mutants::{self, Mutant},
    tickets::Epoch,
};
use sqlx::{PgConnection, prelude::FromRow};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A drop's row, locked.
pub(super) struct LockedDrop {
    pub(super) seller_id: SellerId,
    pub(super) partition: Option<i32>,
    pub(super) epoch: Epoch,
    /// Its line is being rebuilt: its commands wait, so that the rebuild meets a still picture.
    pub(super) is_rebuilding: bool,
    /// Which commands its rebuilds left out.
    pub(super) boundaries: Boundaries,
    pub(super) rate: f64,
    pub(super) tat_us: Option<f64>,
    /// The rate that the arrival time was reckoned with.
    pub(super) tat_rate: Option<f64>,
    pub(super) hold_seconds: i32,
    pub(super) room: Room,
    pub(super) currency: BTreeMap<VariantId, String>,
}

#[derive(FromRow)]
struct DropRow {
    id: Uuid,
    seller_id: Uuid,
    state: String,
    partition: Option<i32>,
    epoch: i32,
    epoch_state: String,
    order_rate_per_second: f64,
    order_tat_us: Option<f64>,
    order_tat_rate: Option<f64>,
    hold_seconds: i32,
    max_units_per_ticket: i32,
    max_units_per_customer: i32,
}

#[derive(FromRow)]
struct ShelfRow {
    drop_id: Uuid,
    variant_id: Uuid,
    available: i32,
    price_minor: i64,
    currency: String,
}

#[derive(FromRow)]
struct ExistingRow {
    id: Uuid,
    state: String,
}

/// Locks the partition's offset, if it is still where the batch begins.
pub(super) async fn lock_offset(
    conn: &mut PgConnection,
    batch: &OrderBatch,
) -> Result<bool, DatabaseError> {
    if mutants::is(Mutant::AutoCommit) {
        return Ok(true);
    }
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

/// Locks the drops of these commands in key order. `no key update`, so that rows that refer to a
/// drop can still be written by others.
pub(super) async fn lock_drops(
    conn: &mut PgConnection,
    commands: &[&PlaceOrder],
) -> Result<BTreeMap<DropId, LockedDrop>, DatabaseError> {
    let ids: BTreeSet<Uuid> = commands.iter().map(|command| command.drop_id.as_uuid()).collect();
    let rows: Vec<DropRow> = sqlx::query_as(
        "select id, seller_id, state, partition, epoch, epoch_state, order_rate_per_second, order_tat_us, order_tat_rate, hold_seconds,
             max_units_per_ticket, max_units_per_customer
         from drops where id = any($1) order by id for no key update",
    )
    .bind(ids.into_iter().collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await
    .doing("lock drops")?;
    let drops = rows.into_iter().map(|row| Ok((DropId::from_uuid(row.id), row.try_into()?)));
    let mut drops: BTreeMap<DropId, LockedDrop> = drops.collect::<Result<_, DatabaseError>>()?;
    know_boundaries(conn, &mut drops, commands).await?;
    Ok(drops)
}

/// Only commands from before a rebuild need to know its boundary: hardly ever are there any.
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
    for (id, boundaries) in epochs::boundaries(conn, &older).await? {
        if let Some(flash_drop) = drops.get_mut(&id) {
            flash_drop.boundaries = boundaries;
        }
    }
    Ok(())
}

/// The time, asked for after the locks were had: RATE-2 is judged by it.
pub(super) async fn time_under_locks(conn: &mut PgConnection) -> Result<Timestamp, DatabaseError> {
    let now: jiff_sqlx::Timestamp = sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(conn)
        .await
        .doing("ask for the time")?;
    Ok(now.to_jiff())
}

/// The commands whose orders are there already.
pub(super) async fn existing(
    conn: &mut PgConnection,
    tickets: Vec<Uuid>,
) -> Result<BTreeMap<OrderId, TicketState>, DatabaseError> {
    if mutants::is(Mutant::NoUniqueTicket) {
        return Ok(BTreeMap::new());
    }
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let rows: Vec<ExistingRow> = sqlx::query_as(
        "select o.id, o.state from unnest($1::uuid[]) t (id)
         join lateral (select id, state from orders where id = t.id limit 1) o on true",
    )
    .bind(tickets)
    .fetch_all(conn)
    .await
    .doing("look for orders")?;
    rows.into_iter().map(|row| Ok((OrderId::from_uuid(row.id), parse(&row.state)?))).collect()
}

/// Locks the stock and the customers that these commands speak of, and puts them in the rooms.
pub(super) async fn lock_rooms(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    lock_shelves(conn, drops, commands).await?;
    let customers = commands.iter().map(|command| (command.drop_id, command.shopper_id));
    let usage = customer_usage::lock(conn, customers).await?;
    for ((drop_id, shopper_id), units) in usage {
        if let Some(flash_drop) = drops.get_mut(&drop_id) {
            flash_drop.room.usage.insert(shopper_id, units);
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
    .bind(wanted.iter().map(|key| key.0.as_uuid()).collect::<Vec<_>>())
    .bind(wanted.iter().map(|key| key.1.as_uuid()).collect::<Vec<_>>())
    .fetch_all(conn)
    .await
    .doing("lock stock")?;
    for row in rows {
        let variant_id = VariantId::from_uuid(row.variant_id);
        if let Some(flash_drop) = drops.get_mut(&DropId::from_uuid(row.drop_id)) {
            let shelf =
                Shelf { available: row.available.unsigned_abs(), price_minor: row.price_minor };
            flash_drop.room.shelves.insert(variant_id, shelf);
            flash_drop.currency.insert(variant_id, row.currency);
        }
    }
    Ok(())
}

impl LockedDrop {
    /// The order rate. The column's check keeps it above zero.
    pub(super) fn gcra(&self) -> Option<Gcra> {
        Gcra::per_second(self.rate)
    }

    /// Whether a command belongs to an epoch that was rebuilt without it.
    pub(super) fn passes_over(&self, command: &PlaceOrder, at: Boundary) -> bool {
        self.boundaries.leave_out(command.epoch, at)
    }

    /// Carries the stored arrival time over to a rate that was changed since.
    pub(super) fn rescale(&mut self, now_us: f64) {
        let changed = self.tat_rate.filter(|old| (old - self.rate).abs() > f64::EPSILON);
        let old = changed.and_then(Gcra::per_second);
        if let (Some(tat), Some(old), Some(new)) = (self.tat_us, old, self.gcra()) {
            self.tat_us = Some(new.rescale(&old, tat, now_us));
        }
    }
}

impl TryFrom<DropRow> for LockedDrop {
    type Error = DatabaseError;

    fn try_from(row: DropRow) -> Result<Self, DatabaseError> {
        let room = Room {
            state: parse(&row.state)?,
            max_units_per_ticket: row.max_units_per_ticket.unsigned_abs(),
            max_units_per_customer: row.max_units_per_customer.unsigned_abs(),
            shelves: BTreeMap::new(),
            usage: BTreeMap::<ShopperId, u32>::new(),
        };
        Ok(Self {
            seller_id: SellerId::from_uuid(row.seller_id),
            partition: row.partition,
            epoch: Epoch(row.epoch.unsigned_abs()),
            is_rebuilding: row.epoch_state == "rebuilding",
            boundaries: Boundaries::default(),
            rate: row.order_rate_per_second,
            tat_us: row.order_tat_us,
            tat_rate: row.order_tat_rate,
            hold_seconds: row.hold_seconds,
            room,
            currency: BTreeMap::new(),
        })
    }
}
