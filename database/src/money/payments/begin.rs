//! The shopper pays: the intent, before the provider is asked.

use crate::{DatabaseError, Doing, run_to_completion};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

/// Authorizations of one order, at most: as many cards may be tried.
pub(super) const MAX_ATTEMPTS: i32 = 5;

/// A shopper's wish to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentWish {
    /// Names the payment: one that was begun under this id is not begun again, whatever has become
    /// of it.
    pub id: PaymentId,
    /// The provider's name for the means of payment.
    pub method: String,
}

impl From<&str> for PaymentWish {
    /// A payment that is another one each time.
    fn from(method: &str) -> Self {
        Self { id: PaymentId::generate(), method: method.to_owned() }
    }
}

/// What became of a shopper's wish to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayOutcome {
    /// The provider will be asked.
    Started,
    /// It is being asked, or was: paying twice is paying once.
    UnderWay(TicketState),
    /// The payment of this id was begun with other means.
    OtherMethod,
    /// The shopper has no such order.
    NotFound,
    /// The hold has run out; the sweeper ends the order.
    HoldExpired,
    /// As many cards were tried as may be.
    TooManyAttempts,
    /// The order has ended without being paid.
    Ended(TicketState),
}

/// Moves a reserved order whose hold lasts to AUTHORIZING and writes the row that asks the
/// provider, in one statement. Idempotent while the payment goes on; another card may follow one
/// that was declined.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn begin_authorization(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
    wish: impl Into<PaymentWish>,
) -> Result<PayOutcome, DatabaseError> {
    let (pool, wish) = (pool.clone(), wish.into());
    run_to_completion(async move {
        if begin(&pool, order_id, shopper_id, &wish).await? {
            return Ok(PayOutcome::Started);
        }
        why_not(&pool, order_id, shopper_id, &wish).await
    })
    .await
}

/// The hold that began first is called first: its call is due since then.
///
/// The comparison of the hold stands within `coalesce`, where no index can serve it: a plan that was
/// made on an empty table would look for the order among all holds.
async fn begin(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
    wish: &PaymentWish,
) -> Result<bool, DatabaseError> {
    sqlx::query_scalar!(
        r#"with attempts as (
             select count(*)::int as n, coalesce(bool_or(id = $3::uuid), false) as is_begun
             from payments where order_id = $1 and kind = 'authorize'),
         begun as (
             update orders o set state = 'authorizing', reason = null, sequence = o.sequence + 1,
                 updated_at = clock_timestamp()
             from attempts a
             where o.id = $1 and o.shopper_id = $2 and o.state = 'reserved'
                 and coalesce(o.hold_expires_at > clock_timestamp(), false)
                 and a.n < $5 and not a.is_begun
             returning o.id, o.drop_id, o.sequence, o.amount_minor, o.currency, o.processed_at,
                 o.updated_at as begun_at, a.n + 1 as attempt),
         asked as (
             insert into payments (id, order_id, drop_id, kind, attempt, amount_minor, currency,
                 payment_method, created_at, updated_at)
             select $3::uuid, id, drop_id, 'authorize', attempt, amount_minor, currency, $4::text,
                 begun_at, begun_at
             from begun),
         called as (
             insert into payment_calls (payment_id, drop_id, due_at)
             select $3::uuid, drop_id, processed_at from begun),
         moved as (
             insert into ticket_transitions
                 (order_id, sequence, from_state, to_state, terminal, at)
             select id, sequence, 'reserved', 'authorizing', false, begun_at from begun),
         written as (
             insert into journal (day, at, drop_id, orders, sequences, states, reasons)
             select (begun_at at time zone 'utc')::date, begun_at, drop_id, array[id],
                 array[sequence], array['authorizing'], array[null::text]
             from begun
             returning id, day, drop_id, at),
         told as (
             insert into pending (consumer, journal_id, day, drop_id, since)
             select 'events', id, day, drop_id, at from written)
         select exists (select from begun) as "is_begun!""#,
        order_id as OrderId,
        shopper_id as ShopperId,
        wish.id as PaymentId,
        wish.method,
        MAX_ATTEMPTS,
    )
    .fetch_one(pool)
    .await
    .doing("ask for an authorization")
}

async fn why_not(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
    wish: &PaymentWish,
) -> Result<PayOutcome, DatabaseError> {
    let order = sqlx::query!(
        r#"select o.state as "state!: TicketState",
             coalesce(o.hold_expires_at > clock_timestamp(), false) as "is_held!",
             (select count(*) from payments where order_id = $1 and kind = 'authorize')
                 as "n_attempts!",
             (select p.payment_method from payments p where p.order_id = $1 and p.id = $3)
                 as "begun_with?"
         from orders o where o.id = $1 and o.shopper_id = $2"#,
        order_id as OrderId,
        shopper_id as ShopperId,
        wish.id as PaymentId,
    )
    .fetch_optional(pool)
    .await
    .doing("look at an order to pay")?;
    let Some(order) = order else { return Ok(PayOutcome::NotFound) };
    match order.begun_with {
        Some(method) if method == wish.method => return Ok(PayOutcome::UnderWay(order.state)),
        Some(_) => return Ok(PayOutcome::OtherMethod),
        None => {}
    }
    Ok(match order.state {
        TicketState::Reserved if !order.is_held => PayOutcome::HoldExpired,
        TicketState::Reserved if order.n_attempts >= i64::from(MAX_ATTEMPTS) => {
            PayOutcome::TooManyAttempts
        }
        // A reserved one was declined a moment ago.
        state @ (TicketState::Reserved
        | TicketState::Authorizing
        | TicketState::Authorized
        | TicketState::Capturing
        | TicketState::Confirmed) => PayOutcome::UnderWay(state),
        state => PayOutcome::Ended(state),
    })
}
