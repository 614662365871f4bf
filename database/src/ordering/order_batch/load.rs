//! Locks and reads, in one order everywhere: offset, drop with its pace, stock, customers.

use super::{
    batch::OrderBatch,
    locked_drop::{LockedDrop, LockedRow},
};
use crate::{
    DatabaseError, Doing,
    ordering::{boundaries, customer_usage},
};
use shared::{
    ids::{DropId, OrderId, ShopperId, TicketId},
    lifecycle::TicketState,
    messages::PlaceOrder,
};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Locks the partition's offset, if it is still where the batch begins.
pub(super) async fn lock_offset(
    conn: &mut PgConnection,
    batch: &OrderBatch,
) -> Result<bool, DatabaseError> {
    let found = sqlx::query_scalar!(
        r#"select 1 as "found!" from consumer_offsets
         where topic = $1 and partition = $2 and generation = $3 and next_offset = $4 for update"#,
        batch.topic,
        batch.partition,
        batch.generation,
        batch.expected_offset,
    )
    .fetch_optional(conn)
    .await
    .doing("lock the offset of a partition")?;
    Ok(found.is_some())
}

/// Locks the drops of these commands in key order, each with its pace and all of its stock. `no key
/// update`, so that others can still write rows that refer to a drop.
pub(super) async fn lock_drops(
    conn: &mut PgConnection,
    commands: &[&PlaceOrder],
) -> Result<BTreeMap<DropId, LockedDrop>, DatabaseError> {
    let ids: BTreeSet<DropId> = commands.iter().map(|command| command.drop_id).collect();
    let rows = sqlx::query_as!(
        LockedRow,
        r#"select d.id, d.seller_id, d.state, d.fulfilment,
             d.fulfilment <> 'pass' or d.max_visits is not null as "has_stock!", d.partition, d.epoch,
             d.epoch_state = 'rebuilding' as "is_rebuilding!", d.order_rate_per_second,
             d.hold_seconds, d.max_units_per_ticket, d.max_units_per_customer, p.tat_us,
             p.rate as tat_rate, i.variant_id, i.available, v.price_minor, v.currency
         from drops d
         join order_paces p on p.drop_id = d.id
         join inventory i on i.drop_id = d.id
         join variants v on v.id = i.variant_id
         where d.id = any($1) order by d.id, i.variant_id for no key update of d, p, i"#,
        ids.into_iter().collect::<Vec<_>>() as Vec<DropId>,
    )
    .fetch_all(&mut *conn)
    .await
    .doing("lock drops and their stock")?;
    let mut drops = BTreeMap::new();
    for row in rows {
        let flash_drop = drops.entry(row.id).or_insert_with(|| LockedDrop::new(&row));
        flash_drop.put_on_shelf(row);
    }
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

/// Finds the orders that the tickets of these commands have already.
pub(super) async fn existing(
    conn: &mut PgConnection,
    commands: &[&PlaceOrder],
) -> Result<BTreeMap<OrderId, TicketState>, DatabaseError> {
    let (of_drops, tickets): (Vec<DropId>, Vec<TicketId>) =
        commands.iter().map(|command| (command.drop_id, command.ticket_id)).unzip();
    // The lateral join keeps a plan that was made on an empty table from scanning a full one.
    let found = sqlx::query!(
        "select o.id, o.state from unnest($1::uuid[], $2::uuid[]) t (drop_id, id)
         cross join lateral (
             select id, state from orders where drop_id = t.drop_id and id = t.id limit 1) o",
        of_drops as Vec<DropId>,
        tickets as Vec<TicketId>,
    )
    .fetch_all(conn)
    .await
    .doing("look for orders")?;
    Ok(found.into_iter().map(|row| (row.id, row.state)).collect())
}

/// Locks and reads what the customers of these commands have, where a drop allows more than one
/// unit.
pub(super) async fn know_customers(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    let customers = customers(drops, commands, LockedDrop::counts_usage);
    let usage = customer_usage::lock(conn, customers.into_iter()).await?;
    for ((drop_id, shopper_id), units) in usage {
        know(drops, drop_id, shopper_id, units);
    }
    Ok(())
}

/// Looks which customers of these commands have their one unit already, where a drop allows no
/// more. Nobody else can give them one meanwhile, since that takes the drop row's lock.
pub(super) async fn know_owners(
    conn: &mut PgConnection,
    drops: &mut BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
) -> Result<(), DatabaseError> {
    let customers = customers(drops, commands, LockedDrop::is_only_one);
    if customers.is_empty() {
        return Ok(());
    }
    let (of_drops, shoppers): (Vec<DropId>, Vec<ShopperId>) = customers.into_iter().unzip();
    // No index serves `is not distinct from`, so no plan looks for a customer among all orders of
    // the drop: it looks for the drop among the few orders of the customer.
    let owners = sqlx::query!(
        "select o.drop_id, o.shopper_id, o.units_held
         from unnest($1::uuid[], $2::uuid[]) c (drop_id, shopper_id)
         cross join lateral (
             select drop_id, shopper_id, units_held from orders
             where shopper_id = c.shopper_id and drop_id is not distinct from c.drop_id
                 and is_only_one and units_held > 0 limit 1) o",
        of_drops as Vec<DropId>,
        shoppers as Vec<ShopperId>,
    )
    .fetch_all(conn)
    .await
    .doing("look for customers who have their unit")?;
    for row in owners {
        know(drops, row.drop_id, row.shopper_id, row.units_held.unsigned_abs());
    }
    Ok(())
}

fn customers(
    drops: &BTreeMap<DropId, LockedDrop>,
    commands: &[&PlaceOrder],
    is_wanted: impl Fn(&LockedDrop) -> bool,
) -> BTreeSet<(DropId, ShopperId)> {
    let of_wanted =
        commands.iter().filter(|command| drops.get(&command.drop_id).is_some_and(&is_wanted));
    of_wanted.map(|command| (command.drop_id, command.shopper_id)).collect()
}

fn know(
    drops: &mut BTreeMap<DropId, LockedDrop>,
    drop_id: DropId,
    shopper_id: ShopperId,
    units: u32,
) {
    if let Some(flash_drop) = drops.get_mut(&drop_id) {
        flash_drop.shop.usage.insert(shopper_id, units);
    }
}
