//! What follows from the orders of a batch, and how far its partition is, in one statement: each
//! one more is a round trip during which others wait for the stock.

use super::{
    batch::OrderBatch,
    locked_drop::LockedDrop,
    place::Placed,
    take::{Fate, Taken},
};
use crate::{
    DatabaseError, Doing,
    journal::JournalId,
    ordering::{
        customer_usage::{self, Usage},
        dead_letters::{self, NewDeadLetter, SourceLog},
        inventory::DropStock,
    },
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, OrderId, VariantId},
    lifecycle::TicketState,
    line::StockFigure,
};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Counts the units of customers, where a drop allows more than one.
pub(super) async fn count_usage(
    conn: &mut PgConnection,
    drops: &BTreeMap<DropId, LockedDrop>,
    placed: &[Placed<'_>],
) -> Result<(), DatabaseError> {
    let mut added = Usage::new();
    let counted = placed.iter().map(|placed| &placed.order).filter(|order| !order.is_only_one);
    for order in counted.filter(|order| order.units_held > 0) {
        let units = added.entry((order.drop_id, order.shopper_id)).or_default();
        *units += order.units_held.unsigned_abs();
    }
    customer_usage::add(conn, &added, |id| {
        drops.get(&id).map_or(0, |flash_drop| flash_drop.shop.max_units_per_customer)
    })
    .await
}

/// Puts the dead records of the batch aside; returns how many.
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

/// Returns where the partition goes on.
pub(super) fn next_offset(batch: &OrderBatch, taken: &Taken<'_>) -> i64 {
    taken.records.last().map_or(batch.expected_offset, |(last, _)| last.offset + 1)
}

/// Writes offset and paces, and of the orders: stock with its moves, journal with what is pending,
/// transitions and counters. Returns the stock as it is then.
pub(super) async fn write(
    conn: &mut PgConnection,
    batch: &OrderBatch,
    taken: &Taken<'_>,
    drops: &BTreeMap<DropId, LockedDrop>,
    placed: &[Placed<'_>],
    at: Timestamp,
) -> Result<Vec<DropStock>, DatabaseError> {
    let fingerprint = taken.records.last().map(|(last, _)| last.fingerprint.as_slice());
    let held = held(placed);
    sqlx::query!(
        "with moved_on as (
             update consumer_offsets set next_offset = $3, fingerprint = coalesce($4, fingerprint),
                 owner = $5, updated_at = $6
             where topic = $1 and partition = $2),
         paced as (
             update order_paces p set tat_us = n.tat_us, rate = n.rate
             from unnest($7::uuid[], $8::float8[], $9::float8[]) n (drop_id, tat_us, rate)
             where p.drop_id = n.drop_id),
         stock as (
             update inventory i set available = i.available - n.units,
                 reserved = i.reserved + n.units, version = i.version + 1
             from unnest($10::uuid[], $11::uuid[], $12::bigint[], $13::int[])
                 n (drop_id, variant_id, journal_id, units)
             where i.drop_id = n.drop_id and i.variant_id = n.variant_id
             returning i.drop_id, i.variant_id, i.version, i.available, i.reserved, n.journal_id,
                 n.units),
         moves as (
             insert into stock_moves (drop_id, variant_id, version, cause, d_available, d_reserved,
                 d_sold, journal_id, at)
             select drop_id, variant_id, version, 'place', -units, units, 0, journal_id, $6
             from stock),
         placed as (
             select * from unnest($14::uuid[], $15::uuid[], $16::bigint[], $17::text[],
                 $18::text[], $19::bigint[])
                 with ordinality p (id, drop_id, journal_id, state, reason, amount_minor, place)),
         told as (
             insert into journal (id, day, at, drop_id, orders, sequences, states, reasons)
             select journal_id, ($6::timestamptz at time zone 'utc')::date, $6, drop_id,
                 array_agg(id order by place), array_agg(1),
                 array_agg(state order by place), array_agg(reason order by place)
             from placed group by journal_id, drop_id returning id, day, drop_id),
         pends as (
             insert into pending (consumer, journal_id, day, drop_id, since)
             select c.consumer, t.id, t.day, t.drop_id, $6
             from told t cross join (values ('events'), ('line')) c (consumer)),
         ended as (
             insert into ticket_transitions
                 (order_id, sequence, from_state, to_state, terminal, reason, at)
             select id, 1, 'admitted', state, true, reason, $6 from placed
             where state not in ('reserved', 'passed')),
         counted as (
             insert into drop_counters as c (drop_id, what, n, amount_minor)
             select p.drop_id, w.what, count(*), sum(p.amount_minor)::bigint
             from placed p
             cross join lateral (values ('placed'),
                 (case when p.state not in ('reserved', 'passed') then p.state end)) w (what)
             where w.what is not null group by p.drop_id, w.what order by p.drop_id, w.what
             on conflict (drop_id, what) do update
                 set n = c.n + excluded.n, amount_minor = c.amount_minor + excluded.amount_minor)
         select drop_id, variant_id, version, available, reserved from stock
         order by drop_id, variant_id",
        batch.topic,
        batch.partition,
        next_offset(batch, taken),
        fingerprint as Option<&[u8]>,
        batch.owner,
        at.to_sqlx(),
        drops.keys().copied().collect::<Vec<_>>() as Vec<DropId>,
        drops.values().map(|d| d.tat_us).collect::<Vec<_>>() as Vec<Option<f64>>,
        drops.values().map(|d| d.tat_rate).collect::<Vec<_>>() as Vec<Option<f64>>,
        held.keys().map(|key| key.0).collect::<Vec<_>>() as Vec<DropId>,
        held.keys().map(|key| key.1).collect::<Vec<_>>() as Vec<VariantId>,
        held.values().map(|sum| sum.0).collect::<Vec<_>>() as Vec<JournalId>,
        held.values().map(|sum| sum.1).collect::<Vec<_>>() as Vec<i32>,
        placed.iter().map(|p| p.order.id).collect::<Vec<_>>() as Vec<OrderId>,
        placed.iter().map(|p| p.order.drop_id).collect::<Vec<_>>() as Vec<DropId>,
        placed.iter().map(|p| p.journal_id).collect::<Vec<_>>() as Vec<JournalId>,
        placed.iter().map(|p| p.order.state).collect::<Vec<_>>() as Vec<TicketState>,
        placed.iter().map(|p| p.reason).collect::<Vec<_>>() as Vec<Option<&str>>,
        placed.iter().map(|p| p.order.amount_minor).collect::<Vec<_>>() as Vec<i64>,
    )
    .map(|row| DropStock {
        drop_id: row.drop_id,
        figure: StockFigure {
            variant_id: row.variant_id,
            version: row.version,
            available: row.available.unsigned_abs(),
            reserved: row.reserved.unsigned_abs(),
        },
    })
    .fetch_all(conn)
    .await
    .doing("write what follows from orders")
}

/// Sums up the units that orders hold of each stock row, with the journal row that names them.
fn held(placed: &[Placed<'_>]) -> BTreeMap<(DropId, VariantId), (JournalId, i32)> {
    let mut held = BTreeMap::new();
    for Placed { order, journal_id, .. } in placed.iter().filter(|p| p.order.units_held > 0) {
        let key = (order.drop_id, order.variant_id);
        held.entry(key).or_insert((*journal_id, 0)).1 += order.units_held;
    }
    held
}
