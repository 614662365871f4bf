//! The provider's answer: the order moves on, together with the row of the next call.
//!
//! Each of these may come twice (a claim that ran out, a crash after the commit): the row's own
//! state decides, under its order's lock, and the second one changes nothing.

use super::{
    due::PaymentKind,
    pivot,
    rows::{self, PaymentRow},
};
use crate::{
    DatabaseError, Doing,
    ordering::{
        inventory::{self, Move, MoveKind},
        order::Order,
        orders,
        release::{HoldStage, Outcome, release},
    },
    run_to_completion,
};
use shared::{ids::PaymentId, lifecycle::TicketState};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

type Tx = Transaction<'static, Postgres>;

/// The amount is authorized. The order passes the pivot if its units are still held; if they are
/// not, the money is let go.
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
            let payment = PaymentRow { provider_id: Some(provider_id), ..payment };
            payment.close(tx, "succeeded", None).await?;
            if order.state != TicketState::Authorizing {
                payment.ask(tx, PaymentKind::Void).await?;
                return Ok(Outcome::default());
            }
            let order = orders::change(tx, vec![order], TicketState::Authorized, None).await?;
            if !pivot::pass(tx, payment.order_id).await? {
                // The sweeper ends the order; its money need not wait for that.
                payment.ask(tx, PaymentKind::Void).await?;
                return Ok(Outcome::default());
            }
            payment.ask(tx, PaymentKind::Capture).await?;
            orders::change(tx, order, TicketState::Capturing, None).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// The provider declines to authorize the amount.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn authorization_declined(
    pool: &PgPool,
    id: PaymentId,
    code: &str,
) -> Result<Outcome, DatabaseError> {
    declined(pool, id, code, HoldStage::Held, "declined").await
}

/// The money is taken: the units are sold.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn captured(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, order| {
        Box::pin(async move {
            payment.close(tx, "succeeded", None).await?;
            payment.book(tx, payment.id, payment.amount_minor).await?;
            if !pivot::sell(tx, payment.order_id).await? {
                // Impossible while the pivot holds; money for nothing goes back all the same.
                payment.ask(tx, PaymentKind::Refund).await?;
                return Ok(Outcome::default());
            }
            if drop_is_cancelled(tx, &order).await? {
                payment.ask(tx, PaymentKind::Refund).await?;
            }
            confirm(tx, order).await
        })
    })
    .await
}

/// The provider declines to take the money after all.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn capture_declined(
    pool: &PgPool,
    id: PaymentId,
    code: &str,
) -> Result<Outcome, DatabaseError> {
    declined(pool, id, code, HoldStage::Capturing, "capture_declined").await
}

/// The authorization is let go.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn voided(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    close_only(pool, id, "succeeded", None).await
}

/// What was to be let go had been captured, against our belief: it is booked and refunded.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn void_found_captured(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, _| {
        Box::pin(async move {
            payment.close(tx, "failed", Some("captured")).await?;
            let capture_id = payment.note_capture(tx).await?;
            payment.book(tx, capture_id, payment.amount_minor).await?;
            payment.ask(tx, PaymentKind::Refund).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// What was captured is refunded.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn refunded(pool: &PgPool, id: PaymentId) -> Result<Outcome, DatabaseError> {
    settle(pool, id, |tx, payment, _| {
        Box::pin(async move {
            payment.close(tx, "succeeded", None).await?;
            payment.book(tx, payment.id, -payment.amount_minor).await?;
            Ok(Outcome::default())
        })
    })
    .await
}

/// The provider can't have anything for this row: it was never asked, or it says so.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn give_up(pool: &PgPool, id: PaymentId, code: &str) -> Result<Outcome, DatabaseError> {
    close_only(pool, id, "failed", Some(code)).await
}

type Step<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Outcome, DatabaseError>> + Send + 'a>>;

/// Runs a step on a row that has no certain answer yet, with its order locked before it.
async fn settle(
    pool: &PgPool,
    id: PaymentId,
    step: impl for<'a> FnOnce(&'a mut Tx, PaymentRow, Order) -> Step<'a> + Send + 'static,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to settle a payment")?;
        let Some((payment, order)) = rows::lock(&mut tx, id).await? else {
            return Ok(Outcome::default());
        };
        let outcome = step(&mut tx, payment, order).await?;
        tx.commit().await.doing("commit a payment")?;
        Ok(outcome)
    })
    .await
}

/// Closes a row whose answer ends the order, if its hold is still at this stage.
async fn declined(
    pool: &PgPool,
    id: PaymentId,
    code: &str,
    stage: HoldStage,
    reason: &'static str,
) -> Result<Outcome, DatabaseError> {
    let code = code.to_owned();
    settle(pool, id, move |tx, payment, order| {
        Box::pin(async move {
            payment.close(tx, "declined", Some(&code)).await?;
            release(tx, vec![order], stage, TicketState::PaymentFailed, reason).await
        })
    })
    .await
}

/// Closes a row whose answer leaves its order as it is.
async fn close_only(
    pool: &PgPool,
    id: PaymentId,
    status: &'static str,
    code: Option<&str>,
) -> Result<Outcome, DatabaseError> {
    let code = code.map(str::to_owned);
    settle(pool, id, move |tx, payment, _| {
        Box::pin(async move {
            payment.close(tx, status, code.as_deref()).await?;
            Ok(Outcome::default())
        })
    })
    .await
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
        .bind(order.drop_id)
        .fetch_one(conn)
        .await
        .doing("look at a drop's state")
}
