//! Calls that are due.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use shared::{
    ids::{DropId, OrderId, PaymentId},
    lifecycle::TicketState,
    text_enum,
};
use sqlx::PgPool;
use std::{collections::BTreeMap, time::Duration};

text_enum! {
    /// What is asked of the provider.
    PaymentKind {
        /// To authorize an amount.
        Authorize = "authorize",
        /// To take what is authorized.
        Capture = "capture",
        /// To let go of what is authorized.
        Void = "void",
        /// To give back what was captured.
        Refund = "refund",
    }
}

/// A call that is due.
#[derive(Clone, Debug)]
pub struct DuePayment {
    /// Names what is asked for, however often the call is made.
    pub id: PaymentId,
    /// The order that is paid.
    pub order_id: OrderId,
    /// The drop whose order it is.
    pub drop_id: DropId,
    /// What is asked of the provider.
    pub kind: PaymentKind,
    /// The amount, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The provider's name for the shopper's means of payment.
    pub payment_method: Option<String>,
    /// The provider's id, once it is known.
    pub provider_id: Option<String>,
    /// Calls made before; none means that the provider can't know of it.
    pub calls: u32,
    /// When the last of them began.
    pub last_call_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// State of the order when the row was claimed.
    pub order_state: TicketState,
}

impl DuePayment {
    /// Returns the key of the call, the same each time.
    #[must_use]
    pub fn key(&self) -> String {
        self.id.to_string()
    }
}

/// Claims up to `limit` due calls for this instance, which has `lease` to make them and settle the
/// answers; they are due again after that.
///
/// Of each drop it claims no more than `per_drop` less what is `in_flight`, so that calls which
/// hang in one drop leave room for the others. Of the rest, the drop with the fewest calls comes
/// first, and within a drop what has waited longest. Calls that were made before are at most
/// `repeats`; the others of them hold up no first ones.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn claim(
    pool: &PgPool,
    per_drop: i64,
    in_flight: &BTreeMap<DropId, i64>,
    limit: i64,
    repeats: i64,
    lease: Duration,
) -> Result<Vec<DuePayment>, DatabaseError> {
    // Calls are counted before they are made, so that a crash in the middle of one is counted, too.
    // The lateral joins keep a plan that was made on empty tables from scanning full ones.
    sqlx::query!(
        r#"with recursive calling as (
             (select drop_id from payment_calls order by drop_id limit 1)
             union all
             select (select k.drop_id from payment_calls k where k.drop_id > c.drop_id
                     order by k.drop_id limit 1)
             from calling c where c.drop_id is not null),
         rooms as materialized (
             select c.drop_id, coalesce(f.n, 0) as n_under_way,
                 greatest($3 - coalesce(f.n, 0), 0) as room
             from calling c
             left join unnest($1::uuid[], $2::bigint[]) f (drop_id, n) on f.drop_id = c.drop_id
             where c.drop_id is not null),
         again as materialized (
             select r.drop_id, k.payment_id, k.due_at from rooms r
             cross join lateral (
                 select payment_id, due_at, row_number() over (order by due_at) as turn
                 from payment_calls where drop_id = r.drop_id and is_repeat and due_at <= now()
                 order by due_at limit least(r.room, $6)) k
             order by r.n_under_way + k.turn, k.due_at limit $6),
         due as (
             select k.payment_id from rooms r
             cross join lateral (
                 select payment_id, due_at, row_number() over (order by due_at) as turn
                 from (
                     (select payment_id, due_at from payment_calls
                      where drop_id = r.drop_id and not is_repeat and due_at <= now()
                      order by due_at limit r.room)
                     union all
                     (select payment_id, due_at from again where drop_id = r.drop_id)) ready
                 order by due_at limit r.room) k
             order by r.n_under_way + k.turn, k.due_at limit $4),
         claimed as (
             select k.payment_id, k.last_call_at from due
             join payment_calls k on k.payment_id = due.payment_id
             where k.due_at <= now() for update of k skip locked)
         update payment_calls k set due_at = now() + make_interval(secs => $5),
             calls = k.calls + 1, last_call_at = now()
         from claimed c
         cross join lateral (select * from payments where id = c.payment_id limit 1) p
         cross join lateral (
             select state from orders where drop_id = p.drop_id and id = p.order_id limit 1) o
         where k.payment_id = c.payment_id
         returning p.id as "id!: PaymentId", p.order_id as "order_id!: OrderId",
             p.drop_id as "drop_id!: DropId", p.kind as "kind!: PaymentKind",
             p.amount_minor as "amount_minor!", p.currency as "currency!",
             p.payment_method as "payment_method?", p.provider_id as "provider_id?",
             k.calls - 1 as "calls!", c.last_call_at as "last_call_at?: jiff_sqlx::Timestamp",
             p.created_at as "created_at!: jiff_sqlx::Timestamp",
             o.state as "order_state!: TicketState""#,
        in_flight.keys().copied().collect::<Vec<_>>() as Vec<DropId>,
        in_flight.values().copied().collect::<Vec<_>>() as Vec<i64>,
        per_drop,
        limit,
        lease.as_secs_f64(),
        repeats,
    )
    .map(|row| DuePayment {
        id: row.id,
        order_id: row.order_id,
        drop_id: row.drop_id,
        kind: row.kind,
        amount_minor: row.amount_minor,
        currency: row.currency,
        payment_method: row.payment_method,
        provider_id: row.provider_id,
        calls: row.calls.unsigned_abs(),
        last_call_at: row.last_call_at.map(jiff_sqlx::Timestamp::to_jiff),
        created_at: row.created_at.to_jiff(),
        order_state: row.order_state,
    })
    .fetch_all(pool)
    .await
    .doing("take due payments")
}
