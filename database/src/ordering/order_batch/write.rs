//! Writes of a batch, each one statement for all its orders.

use super::{
    batch::{BatchDone, OrderBatch},
    locked_drop::LockedDrop,
    place::Placed,
    take::{Fate, Taken},
};
use crate::{
    DatabaseError, Doing,
    ordering::{
        customer_usage::{self, Usage},
        dead_letters::{self, NewDeadLetter, SourceLog},
        inventory::{self, Move, MoveKind},
        order::Order,
        orders,
    },
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{ids::DropId, lifecycle::TicketState};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Writes the orders and everything that depends on them. `false` when an order has appeared since
/// we looked: the whole transaction must then be rolled back.
pub(super) async fn write_orders(
    conn: &mut PgConnection,
    drops: &BTreeMap<DropId, LockedDrop>,
    placed: &[Placed<'_>],
    now: Timestamp,
    done: &mut BatchDone,
) -> Result<bool, DatabaseError> {
    if placed.is_empty() {
        return Ok(true);
    }
    if insert_orders(conn, placed, now).await? < placed.len() as u64 {
        return Ok(false);
    }
    let reserved: Vec<&Order> = placed
        .iter()
        .map(|placed| &placed.order)
        .filter(|order| order.state == TicketState::Reserved)
        .collect();
    if !reserved.is_empty() {
        insert_holds(conn, drops, &reserved, now).await?;
        count_usage(conn, drops, &reserved).await?;
        done.stock = inventory::apply(conn, &moves(&reserved)).await?;
    }
    let changes: Vec<_> = placed.iter().map(Placed::change).collect();
    orders::record(conn, &changes, now).await?;
    done.n_placed = placed.len();
    done.ended = placed
        .iter()
        .filter(|placed| placed.order.state.is_terminal())
        .map(|placed| placed.order.ended(placed.order.state))
        .collect();
    Ok(true)
}

async fn insert_orders(
    conn: &mut PgConnection,
    placed: &[Placed<'_>],
    now: Timestamp,
) -> Result<u64, DatabaseError> {
    let orders = || placed.iter().map(|placed| &placed.order);
    let done = sqlx::query(
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor,
             currency, state, reason, lane, score, admitted_at, processed_at)
         select id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor, currency,
             state, reason, lane, score, timestamptz 'epoch' + admitted * interval '1 microsecond',
             $14
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[],
             $7::bigint[], $8::text[], $9::text[], $10::text[], $11::smallint[], $12::bigint[],
             $13::bigint[])
             o (id, drop_id, seller_id, shopper_id, variant_id, units, amount_minor, currency,
                 state, reason, lane, score, admitted)
         on conflict do nothing",
    )
    .bind(orders().map(|order| order.id).collect::<Vec<_>>())
    .bind(orders().map(|order| order.drop_id).collect::<Vec<_>>())
    .bind(orders().map(|order| order.seller_id).collect::<Vec<_>>())
    .bind(orders().map(|order| order.shopper_id).collect::<Vec<_>>())
    .bind(orders().map(|order| order.variant_id).collect::<Vec<_>>())
    .bind(orders().map(|order| order.units).collect::<Vec<_>>())
    .bind(orders().map(|order| order.amount_minor).collect::<Vec<_>>())
    .bind(orders().map(|order| order.currency.clone()).collect::<Vec<_>>())
    .bind(orders().map(|order| order.state).collect::<Vec<_>>())
    .bind(placed.iter().map(|placed| placed.reason).collect::<Vec<_>>())
    .bind(orders().map(|order| order.lane).collect::<Vec<_>>())
    .bind(orders().map(|order| order.score).collect::<Vec<_>>())
    .bind(placed.iter().map(|placed| placed.command.admitted_at_us).collect::<Vec<_>>())
    .bind(now.to_sqlx())
    .execute(conn)
    .await
    .doing("place orders")?;
    Ok(done.rows_affected())
}

async fn insert_holds(
    conn: &mut PgConnection,
    drops: &BTreeMap<DropId, LockedDrop>,
    orders: &[&Order],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let hold_seconds = |order: &&Order| drops.get(&order.drop_id).map_or(0, |d| d.hold_seconds);
    sqlx::query(
        "insert into holds (order_id, drop_id, variant_id, units, state, expires_at)
         select o, d, v, u, 'held', $6 + s * interval '1 second'
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[]) h (o, d, v, u, s)",
    )
    .bind(orders.iter().map(|order| order.id).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.drop_id).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.variant_id).collect::<Vec<_>>())
    .bind(orders.iter().map(|order| order.units).collect::<Vec<_>>())
    .bind(orders.iter().map(hold_seconds).collect::<Vec<_>>())
    .bind(now.to_sqlx())
    .execute(conn)
    .await
    .doing("hold units")?;
    Ok(())
}

async fn count_usage(
    conn: &mut PgConnection,
    drops: &BTreeMap<DropId, LockedDrop>,
    orders: &[&Order],
) -> Result<(), DatabaseError> {
    let mut added = Usage::new();
    for order in orders {
        *added.entry((order.drop_id, order.shopper_id)).or_default() += order.units.unsigned_abs();
    }
    customer_usage::add(conn, &added, |id| {
        drops.get(&id).map_or(0, |flash_drop| flash_drop.shop.max_units_per_customer)
    })
    .await
}

fn moves(orders: &[&Order]) -> Vec<Move> {
    let reserve = |order: &&Order| Move {
        drop_id: order.drop_id,
        variant_id: order.variant_id,
        order_id: order.id,
        kind: MoveKind::Reserve,
        units: order.units,
    };
    orders.iter().map(reserve).collect()
}

/// Puts the dead records of the batch aside.
pub(super) async fn write_dead_letters(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    taken: &Taken<'_>,
) -> Result<usize, DatabaseError> {
    let letters: Vec<_> = taken
        .records
        .iter()
        .filter_map(|(record, fate)| match fate {
            Fate::Dead { reason, detail, order } => Some(NewDeadLetter {
                offset: record.offset,
                drop_id: order.map(|command| command.drop_id),
                order_id: order.map(|command| command.ticket_id.into()),
                reason: reason.as_str(),
                detail,
                payload: &record.payload,
            }),
            Fate::New(_) | Fate::Duplicate(..) | Fate::PassedOver => None,
        })
        .collect();
    let OrderBatch { topic, partition, generation, .. } = batch;
    let source = SourceLog { topic, partition: *partition, generation: *generation };
    dead_letters::append(conn, &source, &letters).await?;
    Ok(letters.len())
}

/// Stores the arrival times of the order rates.
pub(super) async fn store_pace(
    conn: &mut PgConnection,
    drops: &BTreeMap<DropId, LockedDrop>,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "update drops d set order_tat_us = p.tat, order_tat_rate = p.rate
         from unnest($1::uuid[], $2::float8[], $3::float8[]) p (id, tat, rate) where d.id = p.id",
    )
    .bind(drops.keys().copied().collect::<Vec<_>>())
    .bind(drops.values().map(|flash_drop| flash_drop.tat_us).collect::<Vec<_>>())
    .bind(drops.values().map(|flash_drop| flash_drop.tat_rate).collect::<Vec<_>>())
    .execute(conn)
    .await
    .doing("keep the pace of orders")?;
    Ok(())
}

/// Moves the offset behind the last record that was taken.
pub(super) async fn move_offset(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    taken: &Taken<'_>,
) -> Result<i64, DatabaseError> {
    let Some((last, _)) = taken.records.last() else { return Ok(batch.expected_offset) };
    sqlx::query(
        "update consumer_offsets
         set next_offset = $3, fingerprint = $4, owner = $5, updated_at = clock_timestamp()
         where topic = $1 and partition = $2",
    )
    .bind(&batch.topic)
    .bind(batch.partition)
    .bind(last.offset + 1)
    .bind(&last.fingerprint)
    .bind(&batch.owner)
    .execute(conn)
    .await
    .doing("move the offset of a partition")?;
    Ok(last.offset + 1)
}
