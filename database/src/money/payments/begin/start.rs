//! What can be begun, all of it in one statement.

use super::wish::{MAX_ATTEMPTS, PaymentWish};
use crate::{DatabaseError, Doing};
use shared::ids::{OrderId, PaymentId, ShopperId};
use sqlx::PgPool;

/// Begins what can be begun; returns of each wish, in their order, whether it was.
///
/// The orders are locked first, in the order of their ids, as whoever settles, expires or cancels
/// several of them does: so nobody waits in a circle. The ordered rows feed the lateral join, which
/// locks one order after the other. Whether an order can be paid is judged on the locked rows, at a
/// time that is taken once all of them are locked.
///
/// No comparison of a hold meets the table, so no index can serve it: a plan that was made on an
/// empty table would look for the orders among all holds. The lateral joins look them up one by one
/// for the same reason, each among the few orders of its shopper.
///
/// Attempts are counted as they were when the statement began. If another payment of an order was
/// begun and answered while this one waited for its lock, `authorization_once` refuses them all.
///
/// The hold that began first is called first: its call is due since then.
pub(super) async fn start(
    pool: &PgPool,
    wishes: &[PaymentWish],
) -> Result<Vec<bool>, DatabaseError> {
    sqlx::query_scalar!(
        r#"with wished as (
             select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
                 with ordinality w (payment_id, order_id, shopper_id, method, nth)),
         locked as (
             select w.nth, w.payment_id, w.method, o.drop_id, o.id, o.hold_expires_at,
                 a.n_attempts, a.is_begun
             from (select * from wished order by order_id, nth) w
             cross join lateral (
                 select drop_id, id, hold_expires_at from orders
                 where id = w.order_id and shopper_id = w.shopper_id and state = 'reserved'
                 limit 1 for no key update) o
             cross join lateral (
                 select count(*)::int as n_attempts,
                     coalesce(bool_or(id = w.payment_id), false) as is_begun
                 from payments where order_id = o.id and kind = 'authorize') a),
         moment as materialized (select clock_timestamp() as at, count(*) as n from locked),
         begun as (
             update orders o set state = 'authorizing', reason = null, sequence = o.sequence + 1,
                 updated_at = f.at
             from (
                 select distinct on (l.id) l.drop_id, l.id, l.nth, l.payment_id, l.method,
                     l.n_attempts, m.at
                 from locked l cross join moment m
                 where l.hold_expires_at > m.at and l.n_attempts < $5 and not l.is_begun
                 order by l.id, l.nth) f
             where o.drop_id = f.drop_id and o.id = f.id
             returning o.id, o.drop_id, o.sequence, o.amount_minor, o.currency, o.processed_at,
                 f.nth, f.payment_id, f.method, f.n_attempts + 1 as attempt, f.at),
         asked as (
             insert into payments (id, order_id, drop_id, kind, attempt, amount_minor, currency,
                 payment_method, created_at, updated_at)
             select payment_id, id, drop_id, 'authorize', attempt, amount_minor, currency, method,
                 at, at
             from begun),
         called as (
             insert into payment_calls (payment_id, drop_id, due_at)
             select payment_id, drop_id, processed_at from begun),
         moved as (
             insert into ticket_transitions
                 (order_id, sequence, from_state, to_state, terminal, at)
             select id, sequence, 'reserved', 'authorizing', false, at from begun),
         written as (
             insert into journal (day, at, drop_id, orders, sequences, states, reasons)
             select (b.at at time zone 'utc')::date, b.at, b.drop_id, array_agg(b.id order by b.id),
                 array_agg(b.sequence order by b.id), array_agg('authorizing'::text),
                 array_agg(null::text)
             from begun b group by b.drop_id, b.at
             returning id, day, drop_id, at),
         told as (
             insert into pending (consumer, journal_id, day, drop_id, since)
             select 'events', id, day, drop_id, at from written)
         select b.nth is not null as "is_begun!"
         from wished w left join begun b on b.nth = w.nth order by w.nth"#,
        wishes.iter().map(|wish| wish.id).collect::<Vec<_>>() as Vec<PaymentId>,
        wishes.iter().map(|wish| wish.order_id).collect::<Vec<_>>() as Vec<OrderId>,
        wishes.iter().map(|wish| wish.shopper_id).collect::<Vec<_>>() as Vec<ShopperId>,
        wishes.iter().map(|wish| wish.method.as_str()).collect::<Vec<_>>() as Vec<&str>,
        MAX_ATTEMPTS,
    )
    .fetch_all(pool)
    .await
    .doing("ask for authorizations")
}
