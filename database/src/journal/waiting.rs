//! Order events on their way to Kafka.

use super::{moment::JournalId, pending::Consumer};
use crate::{DatabaseError, Doing};
use shared::{
    ids::OrderId,
    lifecycle::TicketState,
    messages::{OrderChanged, order_event_id},
};
use sqlx::PgPool;

/// A journal row whose events are not published yet.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingRow {
    /// Number of the row. Rows may commit out of the order of their numbers.
    pub journal_id: JournalId,
    /// Its events, those of one order in the order of its changes.
    pub events: Vec<OrderChanged>,
}

/// Reads up to `limit` journal rows whose events are not published yet: those of a drop oldest first.
/// Drops take turns row by row, so that none with many rows keeps another waiting; their first rows come
/// first, then the second ones.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn waiting_events(pool: &PgPool, limit: i64) -> Result<Vec<WaitingRow>, DatabaseError> {
    // The lateral joins keep a plan that was made on empty tables from scanning full ones.
    let events: Vec<(JournalId, OrderChanged)> = sqlx::query!(
        r#"with recursive waiting as (
             (select drop_id from pending where consumer = $1 order by drop_id limit 1)
             union all
             select (select n.drop_id from pending n
                     where n.consumer = $1 and n.drop_id > w.drop_id order by n.drop_id limit 1)
             from waiting w where w.drop_id is not null),
         p as (
             select t.journal_id, t.day, t.turn from waiting w
             cross join lateral (
                 select journal_id, day, row_number() over (order by journal_id) as turn
                 from pending where consumer = $1 and drop_id = w.drop_id
                 order by journal_id limit $2) t
             order by t.turn, t.journal_id limit $2)
         select p.journal_id as "journal_id!: JournalId", j.at, j.drop_id,
             e.order_id as "order_id!: OrderId", e.sequence as "sequence!",
             e.state as "state!: TicketState", e.reason as "reason?",
             o.seller_id, o.variant_id, o.units_asked, o.amount_minor, o.currency
         from p
         cross join lateral (
             select at, drop_id, orders, sequences, states, reasons from journal
             where day = p.day and id = p.journal_id limit 1) j
         cross join lateral unnest(j.orders, j.sequences, j.states, j.reasons)
             with ordinality e (order_id, sequence, state, reason, place)
         cross join lateral (
             select seller_id, variant_id, units_asked, amount_minor, currency from orders
             where drop_id = j.drop_id and id = e.order_id limit 1) o
         order by p.turn, p.journal_id, e.place"#,
        Consumer::Events as Consumer,
        limit,
    )
    .map(|row| {
        let sequence = i64::from(row.sequence);
        let event = OrderChanged {
            event_id: order_event_id(row.order_id, sequence),
            order_id: row.order_id,
            sequence,
            drop_id: row.drop_id,
            seller_id: row.seller_id,
            variant_id: row.variant_id,
            units: row.units_asked.unsigned_abs(),
            amount_minor: row.amount_minor,
            currency: row.currency,
            state: row.state,
            reason: row.reason,
            at_us: row.at.to_jiff().as_microsecond(),
        };
        (row.journal_id, event)
    })
    .fetch_all(pool)
    .await
    .doing("read the events that wait")?;
    Ok(by_row(events))
}

/// Gathers the events of each journal row; those of one row are neighbours.
fn by_row(events: Vec<(JournalId, OrderChanged)>) -> Vec<WaitingRow> {
    let mut rows = Vec::<WaitingRow>::new();
    for (journal_id, event) in events {
        match rows.last_mut() {
            Some(row) if row.journal_id == journal_id => row.events.push(event),
            _ => rows.push(WaitingRow { journal_id, events: vec![event] }),
        }
    }
    rows
}
