//! Writing a row.

use super::{
    moment::{JournalId, Moment},
    pending::Consumer,
};
use crate::{DatabaseError, Doing};
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, OrderId},
    lifecycle::TicketState,
};
use sqlx::PgConnection;

/// A change of an order.
#[derive(Clone, Debug)]
pub(crate) struct JournalEntry {
    pub(crate) order_id: OrderId,
    /// Number of the change among those of its order, from 1.
    pub(crate) sequence: i32,
    pub(crate) state: TicketState,
    pub(crate) reason: Option<String>,
}

/// Writes the row of a transaction and what is pending of it: the events always, and the drop's
/// line if it must hear of it. Nothing, without an entry.
pub(crate) async fn write(
    conn: &mut PgConnection,
    moment: &Moment,
    drop_id: DropId,
    entries: &[JournalEntry],
    tells_line: bool,
) -> Result<(), DatabaseError> {
    if entries.is_empty() {
        return Ok(());
    }
    let consumers: &[Consumer] = if tells_line { Consumer::ALL } else { &[Consumer::Events] };
    sqlx::query!(
        "with written as (
             insert into journal (id, day, at, drop_id, orders, sequences, states, reasons)
             values ($1, ($2::timestamptz at time zone 'utc')::date, $2, $3, $4, $5, $6, $7)
             returning id, day, at, drop_id)
         insert into pending (consumer, journal_id, day, drop_id, since)
         select c.consumer, w.id, w.day, w.drop_id, w.at
         from written w cross join unnest($8::text[]) c (consumer)",
        moment.journal_id as JournalId,
        moment.at.to_sqlx(),
        drop_id as DropId,
        entries.iter().map(|entry| entry.order_id).collect::<Vec<_>>() as Vec<OrderId>,
        entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>() as Vec<i32>,
        entries.iter().map(|entry| entry.state).collect::<Vec<_>>() as Vec<TicketState>,
        entries.iter().map(|entry| entry.reason.as_deref()).collect::<Vec<_>>()
            as Vec<Option<&str>>,
        consumers as &[Consumer],
    )
    .execute(conn)
    .await
    .doing("write the journal")?;
    Ok(())
}
