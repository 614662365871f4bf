//! Live numbers of a drop.

use crate::{DatabaseError, Doing};
use shared::{
    decide::no_show::OrderEnds,
    ids::{DropId, SellerId},
    lifecycle::TicketState,
};
use sqlx::{PgPool, types::Json};
use std::collections::BTreeMap;

/// Orders that are looked at for those that have ended lately, at most.
const LATEST: i64 = 10_000;

/// Orders that are looked at for how long their shoppers had waited, at most: a page asks every few
/// seconds.
const LATEST_WAITS: i64 = 1000;

/// How a drop sells.
#[derive(Clone, Debug)]
pub struct DropNumbers {
    /// Units given to the drop: available, reserved and sold.
    pub units_total: i64,
    /// Units that are free.
    pub units_available: i64,
    /// Units held for orders.
    pub units_reserved: i64,
    /// Units of confirmed orders.
    pub units_sold: i64,
    /// Price of all confirmed orders less what was given back, minor units.
    pub revenue_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// How many orders are in each state; states without orders are left out.
    pub orders: BTreeMap<String, i64>,
    /// Orders that are over, and how many of their shoppers never began to pay.
    pub ends: OrderEnds,
    /// Up to how many percent the cap may be exceeded in place of no-shows; `None` for none.
    pub no_show_percent: Option<u8>,
}

/// How long those waited who were let in last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropWaits {
    /// People who were looked at: those who joined last of all who were let in, up to a thousand.
    pub people: i64,
    /// What half of them waited at most, from their join to their turn, milliseconds.
    pub p50_ms: i64,
    /// What nine in ten of them waited at most, likewise.
    pub p90_ms: i64,
}

/// Tells what a seller's drop has sold; one statement, so that the sums fit together.
///
/// The ends are kept counters and the orders with a hold are found by an index, so the cost does
/// not follow how many orders there ever were. What is placed, not over and without a hold is past
/// the pivot.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn of_drop(
    pool: &PgPool,
    seller_id: SellerId,
    drop_id: DropId,
) -> Result<Option<DropNumbers>, DatabaseError> {
    sqlx::query!(
        r#"with counters as (
             select what, n, amount_minor from drop_counters where drop_id = $2),
         held as (
             select state, count(*) as n from orders
             where drop_id = $2 and hold_expires_at is not null group by state),
         ended as (
             select what as state, n from counters
             where what not in ('placed', 'refunded', 'no_show')),
         capturing as (
             select 'capturing' as state,
                 coalesce((select n from counters where what = 'placed'), 0)
                 - (select coalesce(sum(n), 0) from ended)
                 - (select coalesce(sum(n), 0) from held) as n),
         states as (
             select state, n::bigint as n from held
             union all select state, n::bigint from ended
             union all select state, n::bigint from capturing)
         select sum(i.total)::bigint as "total!", sum(i.available)::bigint as "available!",
             sum(i.reserved)::bigint as "reserved!", sum(i.sold)::bigint as "sold!",
             min(v.currency) as "currency!",
             (coalesce((select amount_minor from counters where what = 'confirmed'), 0)
                 - coalesce((select amount_minor from counters where what = 'refunded'), 0))::bigint
                 as "revenue_minor!",
             coalesce((select json_object_agg(state, n) from states where n > 0), '{}')
                 as "orders!: Json<BTreeMap<String, i64>>",
             (select coalesce(sum(n), 0) from counters
                 where what in ('confirmed', 'expired', 'payment_failed', 'cancelled'))::bigint
                 as "n_ended!",
             coalesce((select n from counters where what = 'no_show'), 0) as "n_no_shows!",
             (select no_show_percent from drops where id = $2) as no_show_percent
         from inventory i join variants v on v.id = i.variant_id
         where i.drop_id = $2 and i.seller_id = $1
         having count(*) > 0"#,
        seller_id as SellerId,
        drop_id as DropId,
    )
    .map(|row| DropNumbers {
        units_total: row.total,
        units_available: row.available,
        units_reserved: row.reserved,
        units_sold: row.sold,
        revenue_minor: row.revenue_minor,
        currency: row.currency,
        orders: row.orders.0,
        ends: OrderEnds {
            ended: row.n_ended.unsigned_abs(),
            no_shows: row.n_no_shows.unsigned_abs(),
        },
        no_show_percent: row.no_show_percent.and_then(|percent| percent.try_into().ok()),
    })
    .fetch_optional(pool)
    .await
    .doing("count a drop's sales")
}

/// Counts the orders of a drop that ended in the last minute, whichever way.
///
/// People are let in in the order in which they joined, and so are the ids of their orders: those of the
/// last 10 000 who were let in are looked at, however many there ever were.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn ended_lately(pool: &PgPool, drop_id: DropId) -> Result<u64, DatabaseError> {
    let ends: Vec<_> =
        TicketState::ALL.iter().copied().filter(|state| state.is_terminal()).collect();
    let n_ended = sqlx::query_scalar!(
        r#"select count(*) as "n_ended!" from (
             select state, updated_at from orders where drop_id = $1 order by id desc limit $2) o
         where o.updated_at > now() - interval '1 minute' and o.state = any($3)"#,
        drop_id as DropId,
        LATEST,
        ends as Vec<TicketState>,
    )
    .fetch_one(pool)
    .await
    .doing("count the orders that ended lately")?;
    Ok(n_ended.unsigned_abs())
}

/// Tells how long those waited who were let in last; `None` if nobody was.
///
/// An order has the id of its ticket, which begins with when that was given: milliseconds since 1970.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn waits(pool: &PgPool, drop_id: DropId) -> Result<Option<DropWaits>, DatabaseError> {
    let row = sqlx::query!(
        r#"select count(*) as "people!",
             percentile_disc(0.5) within group (order by o.wait_ms) as p50_ms,
             percentile_disc(0.9) within group (order by o.wait_ms) as p90_ms
         from (
             select greatest(0, (extract(epoch from admitted_at) * 1000)::bigint
                 - ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint) as wait_ms
             from orders where drop_id = $1 order by id desc limit $2) o"#,
        drop_id as DropId,
        LATEST_WAITS,
    )
    .fetch_one(pool)
    .await
    .doing("tell how long people waited")?;
    let waits = row.p50_ms.zip(row.p90_ms);
    Ok(waits.map(|(p50_ms, p90_ms)| DropWaits { people: row.people, p50_ms, p90_ms }))
}
