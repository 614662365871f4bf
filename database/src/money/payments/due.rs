//! Rows whose call is due.

use crate::{DatabaseError, Doing};
use shared::{
    ids::{OrderId, PaymentId},
    lifecycle::TicketState,
    text_enum,
};
use sqlx::{PgPool, prelude::FromRow};
use std::time::Duration;

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
#[derive(Clone, Debug, FromRow)]
pub struct DuePayment {
    /// Names what is asked for, however often the call is made.
    pub id: PaymentId,
    /// The order, which is also our reference at the provider.
    pub order_id: OrderId,
    /// What is asked of the provider.
    pub kind: PaymentKind,
    /// The key of the call, the same each time.
    pub idempotency_key: String,
    /// The amount, minor units.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// The provider's name for the shopper's means of payment.
    pub payment_method: Option<String>,
    /// The provider's id, once it is known.
    pub provider_id: Option<String>,
    /// Calls made before; none means that the provider can't know of it.
    #[sqlx(try_from = "i32")]
    pub calls: u32,
    /// State of the order when the row was claimed.
    pub order_state: TicketState,
}

/// Claims up to `limit` due rows for this instance, which has `lease` to make their calls and
/// settle the answers.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn claim(
    pool: &PgPool,
    limit: i64,
    lease: Duration,
) -> Result<Vec<DuePayment>, DatabaseError> {
    // Calls are counted before they are made, so that a crash in the middle of one is counted, too.
    sqlx::query_as(
        "with due as (
             select id from payments
             where status in ('pending', 'unknown') and next_call_at <= now()
                 and (claimed_until is null or claimed_until < now())
             order by next_call_at limit $1 for update skip locked)
         update payments p set calls = p.calls + 1, updated_at = clock_timestamp(),
             claimed_until = clock_timestamp() + $2 * interval '1 second'
         from due, orders o where p.id = due.id and o.id = p.order_id
         returning p.id, p.order_id, p.kind, p.idempotency_key, p.amount_minor, p.currency,
             p.payment_method, p.provider_id, p.calls - 1 as calls, o.state as order_state",
    )
    .bind(limit)
    .bind(lease.as_secs_f64())
    .fetch_all(pool)
    .await
    .doing("take due payments")
}

/// Notes that a call had no clear answer; it is made again in `after`.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the claim runs out then.
pub async fn postpone(
    pool: &PgPool,
    id: PaymentId,
    provider_id: Option<&str>,
    after: Duration,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "update payments set status = 'unknown', claimed_until = null,
             provider_id = coalesce($2, provider_id), updated_at = clock_timestamp(),
             next_call_at = clock_timestamp() + $3 * interval '1 second'
         where id = $1 and status in ('pending', 'unknown')",
    )
    .bind(id)
    .bind(provider_id)
    .bind(after.as_secs_f64())
    .execute(pool)
    .await
    .doing("put a payment off")?;
    Ok(())
}

/// Makes the calls of an order due at once: something has happened at the provider.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn hint(pool: &PgPool, order_id: OrderId) -> Result<(), DatabaseError> {
    sqlx::query(
        "with hinted as (update payments set next_call_at = clock_timestamp()
             where order_id = $1 and status in ('pending', 'unknown') returning 1)
         select pg_notify('payment_due', '') from hinted",
    )
    .bind(order_id)
    .execute(pool)
    .await
    .doing("make a payment due")?;
    Ok(())
}

/// Takes in a callback of the provider, whose signature the caller has checked: the first time it
/// is a [`hint`], after that nothing. Returns whether it was new.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away; the provider sends it again then.
pub async fn receive_event(
    pool: &PgPool,
    event_id: &str,
    reference: &str,
    kind: &str,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query(
        "insert into provider_events (event_id, payment_ref, type) values ($1, $2, $3)
         on conflict do nothing",
    )
    .bind(event_id)
    .bind(reference)
    .bind(kind)
    .execute(pool)
    .await
    .doing("take a callback in")?;
    // A reference that is no order of ours tells us nothing.
    if let Ok(order_id) = reference.parse() {
        hint(pool, order_id).await?;
    }
    Ok(done.rows_affected() == 1)
}
