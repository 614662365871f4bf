//! The shopper pays: the intent, before the provider is asked.

use super::{due::PaymentKind, pivot};
use crate::{
    DatabaseError, Doing,
    ordering::{holds, order::Order, orders},
    run_to_completion,
};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};

/// What became of a shopper's wish to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayOutcome {
    /// The provider will be asked.
    Started,
    /// It is being asked, or was: paying twice is paying once.
    UnderWay(TicketState),
    /// The shopper has no such order.
    NotFound,
    /// The hold has run out; the sweeper ends the order.
    HoldExpired,
    /// The order has ended without being paid.
    Ended(TicketState),
}

/// Moves a reserved order to AUTHORIZING and writes the row that asks the provider, in one
/// transaction. Idempotent while the payment goes on.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn begin_authorization(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
    payment_method: &str,
) -> Result<PayOutcome, DatabaseError> {
    let (pool, payment_method) = (pool.clone(), payment_method.to_owned());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a payment")?;
        let Some(order) = holds::lock_own(&mut tx, order_id, shopper_id).await? else {
            return Ok(PayOutcome::NotFound);
        };
        let state = order.state;
        match state {
            TicketState::Reserved => {}
            TicketState::Authorizing
            | TicketState::Authorized
            | TicketState::Capturing
            | TicketState::Confirmed => return Ok(PayOutcome::UnderWay(state)),
            _ => return Ok(PayOutcome::Ended(state)),
        }
        if !pivot::is_held(&mut tx, order_id).await? {
            return Ok(PayOutcome::HoldExpired);
        }
        start(&mut tx, order, &payment_method).await?;
        tx.commit().await.doing("commit a payment's beginning")?;
        Ok(PayOutcome::Started)
    })
    .await
}

async fn start(
    conn: &mut PgConnection,
    order: Order,
    payment_method: &str,
) -> Result<(), DatabaseError> {
    let kind = PaymentKind::Authorize;
    sqlx::query(
        "insert into payments
             (id, order_id, kind, idempotency_key, amount_minor, currency, payment_method)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(PaymentId::generate())
    .bind(order.id)
    .bind(kind)
    .bind(format!("{}:{kind}:1", order.id))
    .bind(order.amount_minor)
    .bind(&order.currency)
    .bind(payment_method)
    .execute(&mut *conn)
    .await
    .doing("ask for an authorization")?;
    orders::change(conn, vec![order], TicketState::Authorizing, None).await?;
    Ok(())
}
