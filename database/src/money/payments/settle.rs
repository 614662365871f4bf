//! The provider's answer: the order moves on, together with the row of the next call.
//!
//! Each of these may come twice (a claim that ran out, a crash after the commit): the row's own
//! state decides, under its order's lock, and the second one changes nothing.

use super::begin::is_held;
use crate::{
    DatabaseError, Doing,
    money::ledger,
    ordering::inventory::{self, Move, MoveKind},
    ordering::order::Order,
    ordering::orders,
    ordering::release::{From, Outcome, release},
    transaction::uncut,
};
use shared::{ids::PaymentId, lifecycle::TicketState};
use sqlx::{PgConnection, PgPool, Postgres, Transaction, prelude::FromRow};
use uuid::Uuid;

type Tx = Transaction<'static, Postgres>;

#[derive(FromRow)]
struct PaymentRow {
    id: Uuid,
    order_id: Uuid,
    amount_minor: i64,
    currency: String,
    payment_method: Option<String>,
    provider_id: Option<String>,
}

/// The amount is held. The order passes the pivot if its units still are; if they are not, the
/// money is let go.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn authorized(
    pool: &PgPool,
    id: PaymentId,
    provider_id: &str,
) -> Result<Outcome, DatabaseError> {
    let provider_id = provider_id.to_owned();
    settle(pool, id, move |tx, payment, order| {
        Box::pin(async move {
            close(tx, &payment, "succeeded", None, Some(&provider_id)).await?;
            let payment = PaymentRow { provider_id: Some(provider_id), ..payment };
            if order.state != TicketState::Authorizing {
                return ask(tx, &payment, "void").await.map(|()| Outcome::default());
            }
            let mut moved = orders::change(tx, vec![order], TicketState::Authorized, None).await?;
            if !pass_pivot(tx, payment.order_id).await? {
                // The sweeper ends the order; its money need not wait for that.
                return ask(tx, &payment, "void").await.map(|()| Outcome::default());
            }
            ask(tx, &payment, "capture").await?;
            moved = orders::change(tx, moved, TicketState::Capturing, None).await?;
            debug_assert_eq!(moved.len(), 1);
            Ok(Outcome::default())
        })
    })
    .await
}

/// The provider will not hold the amount.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn authorization_declined(
    pool: &PgPool,
    id: PaymentId,
    code: &str,
) -> Result<Outcome, DatabaseError> {
    let code = code.to_owned();
    settle(pool, id, move |tx, payment, order| {
        Box::pin(async move {
            close(tx, &payment, "declined", Some(&code), None).await?;
            release(tx, vec![order], From::Held, TicketState::PaymentFailed, "declined").await
        })
    })
    .await
}

/// The money is taken: the units are sold.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn captured(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, order| {
        Box::pin(async move {
            close(tx, &payment, "succeeded", None, None).await?;
            let PaymentRow { id, order_id, amount_minor, ref currency, .. } = payment;
            ledger::book(tx, order_id, id, amount_minor, currency).await?;
            if !sell_hold(tx, order_id).await? {
                // Cannot be while the pivot holds; money for nothing goes back all the same.
                ask(tx, &payment, "refund").await?;
                return Ok(Outcome::default());
            }
            if drop_is_cancelled(tx, &order).await? {
                ask(tx, &payment, "refund").await?;
            }
            confirm(tx, order).await
        })
    })
    .await
}

/// The provider will not take the money after all.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn capture_declined(
    pool: &PgPool,
    id: PaymentId,
    code: &str,
) -> Result<Outcome, DatabaseError> {
    let code = code.to_owned();
    settle(pool, id, move |tx, payment, order| {
        Box::pin(async move {
            close(tx, &payment, "declined", Some(&code), None).await?;
            let to = TicketState::PaymentFailed;
            release(tx, vec![order], From::Capturing, to, "capture_declined").await
        })
    })
    .await
}

/// What was held is let go.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn voided(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, _| {
        Box::pin(async move {
            close(tx, &payment, "succeeded", None, None).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// What was to be let go had been taken, against our belief: it is booked and given back.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn void_found_captured(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, _| {
        Box::pin(async move {
            close(tx, &payment, "failed", Some("captured"), None).await?;
            let capture_id = note_capture(tx, &payment).await?;
            let PaymentRow { order_id, amount_minor, ref currency, .. } = payment;
            ledger::book(tx, order_id, capture_id, amount_minor, currency).await?;
            ask(tx, &payment, "refund").await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// What was taken is given back.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn refunded(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, _| {
        Box::pin(async move {
            close(tx, &payment, "succeeded", None, None).await?;
            let PaymentRow { id, order_id, amount_minor, ref currency, .. } = payment;
            ledger::book(tx, order_id, id, -amount_minor, currency).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// The provider cannot have anything for this row: nothing was ever asked, or it says so.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn give_up(pool: &PgPool, id: PaymentId, code: &str) -> Result<Outcome, DatabaseError> {
    let code = code.to_owned();
    settle(pool, id, move |tx, payment, _| {
        Box::pin(async move {
            close(tx, &payment, "failed", Some(&code), None).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

type Step<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Outcome, DatabaseError>> + Send + 'a>>;

/// Runs a step on a row that has no certain answer yet, with its order locked before it.
async fn settle(
    pool: &PgPool,
    id: PaymentId,
    step: impl for<'a> FnOnce(&'a mut Tx, PaymentRow, Order) -> Step<'a> + Send + 'static,
) -> Result<Outcome, DatabaseError> {
    let (pool, id) = (pool.clone(), id.as_uuid());
    uncut(async move {
        let mut tx = pool.begin().await.doing("begin to settle a payment")?;
        let Some((payment, order)) = lock(&mut tx, id).await? else {
            return Ok(Outcome::default());
        };
        let outcome = step(&mut tx, payment, order).await?;
        tx.commit().await.doing("commit a payment")?;
        Ok(outcome)
    })
    .await
}

async fn lock(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<(PaymentRow, Order)>, DatabaseError> {
    let order_id: Option<Uuid> = sqlx::query_scalar("select order_id from payments where id = $1")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await
        .doing("look for a payment")?;
    let orders = orders::lock(conn, order_id.as_slice()).await?;
    let payment: Option<PaymentRow> = sqlx::query_as(
        "select id, order_id, amount_minor, currency, payment_method, provider_id
         from payments where id = $1 and status in ('pending', 'unknown') for update",
    )
    .bind(id)
    .fetch_optional(conn)
    .await
    .doing("lock a payment")?;
    Ok(payment.zip(orders.into_iter().next()))
}

async fn close(
    conn: &mut PgConnection,
    payment: &PaymentRow,
    status: &str,
    code: Option<&str>,
    provider_id: Option<&str>,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "update payments set status = $2, decline_code = $3, claimed_until = null,
             provider_id = coalesce($4, provider_id), updated_at = clock_timestamp()
         where id = $1",
    )
    .bind(payment.id)
    .bind(status)
    .bind(code)
    .bind(provider_id)
    .execute(conn)
    .await
    .doing("close a payment")?;
    Ok(())
}

/// Writes the row of the next call, once per order and kind.
async fn ask(
    conn: &mut PgConnection,
    payment: &PaymentRow,
    kind: &str,
) -> Result<(), DatabaseError> {
    sqlx::query(
        "insert into payments (id, order_id, kind, idempotency_key, amount_minor, currency,
             payment_method, provider_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint payment_once do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(payment.order_id)
    .bind(kind)
    .bind(format!("{}:{kind}:1", payment.order_id))
    .bind(payment.amount_minor)
    .bind(&payment.currency)
    .bind(&payment.payment_method)
    .bind(&payment.provider_id)
    .execute(conn)
    .await
    .doing("ask for the next payment step")?;
    Ok(())
}

/// The pivot: one compare-and-set decides between the money and the sweeper.
async fn pass_pivot(conn: &mut PgConnection, order_id: Uuid) -> Result<bool, DatabaseError> {
    let passed =
        is_held(conn, order_id).await? && change_hold(conn, order_id, "held", "capturing").await?;
    Ok(passed)
}

async fn sell_hold(conn: &mut PgConnection, order_id: Uuid) -> Result<bool, DatabaseError> {
    change_hold(conn, order_id, "capturing", "sold").await
}

async fn change_hold(
    conn: &mut PgConnection,
    order_id: Uuid,
    from: &str,
    to: &str,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query(
        "update holds set state = $3, updated_at = clock_timestamp()
         where order_id = $1 and state = $2",
    )
    .bind(order_id)
    .bind(from)
    .bind(to)
    .execute(conn)
    .await
    .doing("change a hold")?;
    Ok(done.rows_affected() == 1)
}

async fn confirm(conn: &mut PgConnection, order: Order) -> Result<Outcome, DatabaseError> {
    let sell = Move {
        drop_id: order.drop_id,
        variant_id: order.variant_id,
        order_id: order.id,
        kind: MoveKind::Sell,
        units: order.units,
    };
    let stock = inventory::apply(conn, &[sell]).await?;
    let to = TicketState::Confirmed;
    let orders = orders::change(conn, vec![order], to, None).await?;
    Ok(Outcome { ended: orders.iter().map(|order| order.ended(to)).collect(), stock })
}

async fn drop_is_cancelled(conn: &mut PgConnection, order: &Order) -> Result<bool, DatabaseError> {
    sqlx::query_scalar("select state = 'cancelled' from drops where id = $1")
        .bind(order.drop_id.as_uuid())
        .fetch_one(conn)
        .await
        .doing("look at a drop's state")
}

/// The capture that happened against our belief, as a row of its own.
async fn note_capture(
    conn: &mut PgConnection,
    payment: &PaymentRow,
) -> Result<Uuid, DatabaseError> {
    sqlx::query_scalar(
        "insert into payments as p (id, order_id, kind, idempotency_key, amount_minor, currency,
             payment_method, provider_id, status)
         values ($1, $2, 'capture', $3, $4, $5, $6, $7, 'succeeded')
         on conflict on constraint payment_once do update
             set status = 'succeeded', updated_at = clock_timestamp()
         returning p.id",
    )
    .bind(Uuid::now_v7())
    .bind(payment.order_id)
    .bind(format!("{}:capture:1", payment.order_id))
    .bind(payment.amount_minor)
    .bind(&payment.currency)
    .bind(&payment.payment_method)
    .bind(&payment.provider_id)
    .fetch_one(conn)
    .await
    .doing("note a capture")
}
