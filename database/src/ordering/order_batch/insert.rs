//! The order rows of a batch, in one statement.

use super::place::Placed;
use crate::{DatabaseError, Doing, journal::JournalId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, OrderId, SellerId, ShopperId, VariantId},
    lifecycle::TicketState,
};
use sqlx::PgConnection;

/// Keys that an order meets when it is there already, or when its customer has the one unit that
/// the drop allows.
const KEYS: [&str; 2] = ["orders_pkey", "one_unit_per_customer"];

/// Inserts orders. `false` when a key refuses one of them: the transaction must then be rolled back.
///
/// There is no `on conflict`: it would look into each unique index before it writes to it, and write
/// twice what it inserts on trial.
pub(super) async fn insert_orders(
    conn: &mut PgConnection,
    placed: &[Placed<'_>],
    at: Timestamp,
) -> Result<bool, DatabaseError> {
    if placed.is_empty() {
        return Ok(true);
    }
    let inserted = sqlx::query!(
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
             amount_minor, admitted_at, processed_at, updated_at, hold_expires_at, units_asked,
             units_held, lane, is_only_one, currency, state, reason)
         select id, drop_id, seller_id, shopper_id, variant_id, placed_by, score, amount_minor,
             timestamptz 'epoch' + admitted_us * interval '1 microsecond', $18, $18,
             hold_expires_at, units_asked, units_held, lane, is_only_one, currency, state, reason
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[],
             $7::bigint[], $8::bigint[], $9::bigint[], $10::timestamptz[], $11::int[], $12::int[],
             $13::smallint[], $14::bool[], $15::text[], $16::text[], $17::text[])
             o (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score, amount_minor,
                 admitted_us, hold_expires_at, units_asked, units_held, lane, is_only_one,
                 currency, state, reason)",
        column(placed, |placed| placed.order.id) as Vec<OrderId>,
        column(placed, |placed| placed.order.drop_id) as Vec<DropId>,
        column(placed, |placed| placed.order.seller_id) as Vec<SellerId>,
        column(placed, |placed| placed.order.shopper_id) as Vec<ShopperId>,
        column(placed, |placed| placed.order.variant_id) as Vec<VariantId>,
        column(placed, |placed| placed.journal_id) as Vec<JournalId>,
        column(placed, |placed| placed.order.score) as Vec<i64>,
        column(placed, |placed| placed.order.amount_minor) as Vec<i64>,
        column(placed, |placed| placed.command.admitted_at_us) as Vec<i64>,
        column(placed, |placed| placed.order.hold_expires_at.map(ToSqlx::to_sqlx))
            as Vec<Option<jiff_sqlx::Timestamp>>,
        column(placed, |placed| placed.order.units_asked) as Vec<i32>,
        column(placed, |placed| placed.order.units_held) as Vec<i32>,
        column(placed, |placed| placed.order.lane) as Vec<i16>,
        column(placed, |placed| placed.order.is_only_one) as Vec<bool>,
        column(placed, |placed| placed.order.currency.as_str()) as Vec<&str>,
        column(placed, |placed| placed.order.state) as Vec<TicketState>,
        column(placed, |placed| placed.reason) as Vec<Option<&str>>,
        at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("place orders");
    match inserted {
        Ok(_) => Ok(true),
        Err(error) if error.constraint().is_some_and(|name| KEYS.contains(&name)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn column<'p, 'c, T>(placed: &'p [Placed<'c>], value: impl Fn(&'p Placed<'c>) -> T) -> Vec<T> {
    placed.iter().map(value).collect()
}
