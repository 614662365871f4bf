//! What a line was not told.

use super::{moment::JournalId, pending::Consumer};
use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{DropId, ShopperId, TicketId},
    lifecycle::TicketState,
};
use sqlx::PgPool;
use std::time::Duration;

/// A journal row that its drop's line was not told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntoldRow {
    /// Number of the row.
    pub journal_id: JournalId,
    /// The drop whose line must be told.
    pub drop_id: DropId,
    /// The orders of the row, each once.
    pub orders: Vec<UntoldOrder>,
}

/// An order as it is now, which may be further than the row that names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UntoldOrder {
    /// Also the order's id.
    pub ticket_id: TicketId,
    /// The account that it belongs to.
    pub shopper_id: ShopperId,
    /// The ticket's rank in its lane, as it was stored.
    pub score: u64,
    /// The state of the order.
    pub state: TicketState,
    /// When it came to that state.
    pub updated_at: Timestamp,
}

/// Lists up to `limit` rows of all drops that a line was not told of for longer than `older_than`, those
/// of a drop oldest first. Drops take turns row by row, so that one whose line can't be told yet keeps no
/// other waiting.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn untold(
    pool: &PgPool,
    older_than: Duration,
    limit: i64,
) -> Result<Vec<UntoldRow>, DatabaseError> {
    // The lateral joins keep a plan that was made on empty tables from scanning full ones.
    let orders: Vec<(JournalId, DropId, UntoldOrder)> = sqlx::query!(
        r#"with recursive waiting as (
             (select drop_id from pending where consumer = $1 order by drop_id limit 1)
             union all
             select (select n.drop_id from pending n
                     where n.consumer = $1 and n.drop_id > w.drop_id order by n.drop_id limit 1)
             from waiting w where w.drop_id is not null),
         p as (
             select t.journal_id, t.day, t.turn, w.drop_id from waiting w
             cross join lateral (
                 select journal_id, day, row_number() over (order by journal_id) as turn
                 from pending
                 where consumer = $1 and drop_id = w.drop_id
                     and since < clock_timestamp() - make_interval(secs => $2)
                 order by journal_id limit $3) t
             order by t.turn, t.journal_id limit $3)
         select p.journal_id as "journal_id!: JournalId", p.drop_id as "drop_id!: DropId",
             o.id as "ticket_id: TicketId", o.shopper_id, o.score, o.state, o.updated_at
         from p
         cross join lateral (
             select orders from journal where day = p.day and id = p.journal_id limit 1) j
         cross join lateral (select distinct order_id from unnest(j.orders) u (order_id)) e
         cross join lateral (
             select id, shopper_id, score, state, updated_at from orders
             where drop_id = p.drop_id and id = e.order_id limit 1) o
         order by p.turn, p.journal_id, o.id"#,
        Consumer::Line as Consumer,
        older_than.as_secs_f64(),
        limit,
    )
    .map(|row| {
        let order = UntoldOrder {
            ticket_id: row.ticket_id,
            shopper_id: row.shopper_id,
            score: row.score.cast_unsigned(),
            state: row.state,
            updated_at: row.updated_at.to_jiff(),
        };
        (row.journal_id, row.drop_id, order)
    })
    .fetch_all(pool)
    .await
    .doing("look for what lines were not told")?;
    Ok(by_row(orders))
}

/// Gathers the orders of each journal row; those of one row are neighbours.
fn by_row(orders: Vec<(JournalId, DropId, UntoldOrder)>) -> Vec<UntoldRow> {
    let mut rows = Vec::<UntoldRow>::new();
    for (journal_id, drop_id, order) in orders {
        match rows.last_mut() {
            Some(row) if row.journal_id == journal_id => row.orders.push(order),
            _ => rows.push(UntoldRow { journal_id, drop_id, orders: vec![order] }),
        }
    }
    rows
}
