//! The shopper pays: the intent, before anybody is asked.

use crate::{
    DatabaseError, Doing, ordering::holds, ordering::order::Order, ordering::orders,
    transaction::uncut,
};
use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// What a shopper's wish to pay came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
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
) -> Result<Begun, DatabaseError> {
    let (pool, payment_method) = (pool.clone(), payment_method.to_owned());
    uncut(async move {
        let mut tx = pool.begin().await.doing("begin a payment")?;
        let Some(order) = holds::lock_own(&mut tx, order_id, shopper_id).await? else {
            return Ok(Begun::NotFound);
        };
        let state = order.state;
        match state {
            TicketState::Reserved => {}
            TicketState::Authorizing
            | TicketState::Authorized
            | TicketState::Capturing
            | TicketState::Confirmed => return Ok(Begun::UnderWay(state)),
            _ => return Ok(Begun::Ended(state)),
        }
        if !is_held(&mut tx, order_id.as_uuid()).await? {
            return Ok(Begun::HoldExpired);
        }
        start(&mut tx, order, &payment_method).await?;
        tx.commit().await.doing("commit a payment's beginning")?;
        Ok(Begun::Started)
    })
    .await
}

/// Whether the units of an order are held and their time is not over.
pub(super) async fn is_held(
    conn: &mut PgConnection,
    order_id: Uuid,
) -> Result<bool, DatabaseError> {
    let held: Option<bool> = sqlx::query_scalar(
        "select state = 'held' and expires_at > clock_timestamp() from holds where order_id = $1",
    )
    .bind(order_id)
    .fetch_optional(conn)
    .await
    .doing("look at a hold")?;
    Ok(held.unwrap_or(false))
}

async fn start(
    conn: &mut PgConnection,
    order: Order,
    payment_method: &str,
) -> Result<(), DatabaseError> {
    let id = order.id.as_uuid();
    sqlx::query(
        "insert into payments
             (id, order_id, kind, idempotency_key, amount_minor, currency, payment_method)
         values ($1, $2, 'authorize', $3, $4, $5, $6)",
    )
    .bind(Uuid::now_v7())
    .bind(id)
    .bind(format!("{id}:authorize:1"))
    .bind(order.amount_minor)
    .bind(&order.currency)
    .bind(payment_method)
    .execute(&mut *conn)
    .await
    .doing("ask for an authorization")?;
    orders::change(conn, vec![order], TicketState::Authorizing, None).await?;
    Ok(())
}
