//! Units that come back because nobody paid for them.

use super::{
    order::Order,
    orders,
    release::{HoldStage, release},
};
use crate::{DatabaseError, Doing, run_to_completion};
use shared::{
    ids::{OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

pub use super::release::Outcome;

/// Reason of an order that its shopper has cancelled.
const BY_SHOPPER: &str = "shopper";

/// What became of a shopper's wish to cancel an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The order has ended and its units are free again.
    Done(Outcome),
    /// The shopper has no such order.
    NotFound,
    /// It can't be cancelled any more, or not while money is on its way.
    Refused(TicketState),
}

/// Ends orders whose holds ran out, at most `limit`, and gives their units back. Any number of
/// instances may do so at once: each takes rows that no other has.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn expire_due(pool: &PgPool, limit: i64) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a sweep")?;
        let due: Vec<OrderId> = sqlx::query_scalar(
            "select o.id from holds h join orders o on o.id = h.order_id
             where h.state = 'held' and h.expires_at < now()
             order by h.expires_at limit $1 for no key update of o skip locked",
        )
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
        .doing("look for holds that ran out")?;
        end(tx, &due, TicketState::Expired, "hold_expired").await
    })
    .await
}

/// Ends orders of cancelled drops that are not past the pivot, at most `limit`.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn cancel_of_cancelled_drops(
    pool: &PgPool,
    limit: i64,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a sweep")?;
        let due: Vec<OrderId> = sqlx::query_scalar(
            "select o.id from holds h join drops d on d.id = h.drop_id
             join orders o on o.id = h.order_id
             where h.state = 'held' and d.state = 'cancelled'
             order by h.expires_at limit $1 for no key update of o skip locked",
        )
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
        .doing("look for orders of cancelled drops")?;
        end(tx, &due, TicketState::Cancelled, "drop_cancelled").await
    })
    .await
}

/// Ends orders before the pivot and gives their units back; those that cannot make this move, or
/// are past the pivot, are left alone.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn release_orders(
    pool: &PgPool,
    ids: &[OrderId],
    to: TicketState,
    reason: &'static str,
) -> Result<Outcome, DatabaseError> {
    let (pool, ids) = (pool.clone(), ids.to_vec());
    run_to_completion(async move {
        let tx = pool.begin().await.doing("begin a release")?;
        end(tx, &ids, to, reason).await
    })
    .await
}

/// Cancels a shopper's order, as long as no money is on its way.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then.
pub async fn cancel_order(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
) -> Result<Cancelled, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a cancel")?;
        let Some(order) = lock_own(&mut tx, order_id, shopper_id).await? else {
            return Ok(Cancelled::NotFound);
        };
        let state = order.state;
        if state != TicketState::Reserved {
            return Ok(Cancelled::Refused(state));
        }
        let to = TicketState::Cancelled;
        let outcome = release(&mut tx, vec![order], HoldStage::Held, to, BY_SHOPPER).await?;
        tx.commit().await.doing("commit a cancel")?;
        // Nobody else can have won the hold: its order was locked by us, and reserved.
        Ok(if outcome.ended.is_empty() {
            Cancelled::Refused(state)
        } else {
            Cancelled::Done(outcome)
        })
    })
    .await
}

/// Locks an order if it is this shopper's.
pub(crate) async fn lock_own(
    conn: &mut PgConnection,
    order_id: OrderId,
    shopper_id: ShopperId,
) -> Result<Option<Order>, DatabaseError> {
    let orders = orders::lock(conn, &[order_id]).await?;
    Ok(orders.into_iter().find(|order| order.shopper_id == shopper_id))
}

async fn end(
    mut tx: Transaction<'static, Postgres>,
    ids: &[OrderId],
    to: TicketState,
    reason: &str,
) -> Result<Outcome, DatabaseError> {
    if ids.is_empty() {
        return Ok(Outcome::default());
    }
    let locked = orders::lock(&mut tx, ids).await?;
    let outcome = release(&mut tx, locked, HoldStage::Held, to, reason).await?;
    tx.commit().await.doing("commit a release")?;
    Ok(outcome)
}
