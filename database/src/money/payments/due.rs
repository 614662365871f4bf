//! Rows whose call is due.

use crate::{DatabaseError, Doing, transaction::parse};
use shared::{
    ids::{OrderId, PaymentId},
    lifecycle::TicketState,
    text_enum,
};
use sqlx::{PgPool, prelude::FromRow};
use std::time::Duration;
use uuid::Uuid;

text_enum! {
    /// What is asked of the provider.
    PaymentKind {
        /// To hold an amount.
        Authorize = "authorize",
        /// To take what is held.
        Capture = "capture",
        /// To let go what is held.
        Void = "void",
        /// To give back what was taken.
        Refund = "refund",
    }
}

/// A call that is due.
#[derive(Clone, Debug)]
pub struct DuePayment {
    /// The row.
    pub id: PaymentId,
    /// The order, which is also our reference at the provider.
    pub order_id: OrderId,
    /// What is asked.
    pub kind: PaymentKind,
    /// The key of the call, the same each time.
    pub idempotency_key: String,
    /// How much.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: String,
    /// The provider's name for the means of payment.
    pub payment_method: Option<String>,
    /// The provider's id, once it is known.
    pub provider_id: Option<String>,
    /// Calls made before; none means that the provider cannot know of it.
    pub calls: u32,
    /// State of the order when the row was taken.
    pub order_state: TicketState,
}

#[derive(FromRow)]
struct DueRow {
    id: Uuid,
    order_id: Uuid,
    kind: String,
    idempotency_key: String,
    amount_minor: i64,
    currency: String,
    payment_method: Option<String>,
    provider_id: Option<String>,
    calls: i32,
    order_state: String,
}

impl TryFrom<DueRow> for DuePayment {
    type Error = DatabaseError;

    fn try_from(row: DueRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: PaymentId::from_uuid(row.id),
            order_id: OrderId::from_uuid(row.order_id),
            kind: parse(&row.kind)?,
            idempotency_key: row.idempotency_key,
            amount_minor: row.amount_minor,
            currency: row.currency,
            payment_method: row.payment_method,
            provider_id: row.provider_id,
            // Counted when it was taken, so that a crash in mid-call is counted too.
            calls: row.calls.unsigned_abs().saturating_sub(1),
            order_state: parse(&row.order_state)?,
        })
    }
}

/// Takes up to `limit` due rows for this instance, which has `lease` to say what came of them.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn claim(
    pool: &PgPool,
    limit: i64,
    lease: Duration,
) -> Result<Vec<DuePayment>, DatabaseError> {
    let rows: Vec<DueRow> = sqlx::query_as(
        "with due as (
             select id from payments
             where status in ('pending', 'unknown') and next_call_at <= now()
                 and (claimed_until is null or claimed_until < now())
             order by next_call_at limit $1 for update skip locked)
         update payments p set calls = p.calls + 1, updated_at = clock_timestamp(),
             claimed_until = clock_timestamp() + $2 * interval '1 second'
         from due, orders o where p.id = due.id and o.id = p.order_id
         returning p.id, p.order_id, p.kind, p.idempotency_key, p.amount_minor, p.currency,
             p.payment_method, p.provider_id, p.calls, o.state as order_state",
    )
    .bind(limit)
    .bind(lease.as_secs_f64())
    .fetch_all(pool)
    .await
    .doing("take due payments")?;
    rows.into_iter().map(DuePayment::try_from).collect()
}

/// Notes that a call had no clear answer; it is asked again in `after`.
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
    .bind(id.as_uuid())
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
    .bind(order_id.as_uuid())
    .execute(pool)
    .await
    .doing("make a payment due")?;
    Ok(())
}

/// Takes a callback of the provider in: the first time it is a [`hint`], after that nothing.
/// Whoever calls has checked its signature. Gives whether it was new.
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
