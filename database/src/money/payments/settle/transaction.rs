//! Locks, decisions, changes.

use super::{
    judge::{judge, order_changes, refund_counts},
    lock, write,
};
use crate::{
    DatabaseError, Doing, journal,
    money::payments::{conclusion::Answer, state::PaymentState},
    ordering::{
        changes::{self, Outcome},
        counters,
        inventory::{self, MoveCause},
        orders,
    },
    run_to_completion,
};
use shared::ids::{DropId, PaymentId};
use sqlx::{PgConnection, PgPool};

/// What has no certain answer yet.
const OPEN: [PaymentState; 2] = [PaymentState::Pending, PaymentState::Unknown];

/// Settles answers about payments of a drop in one short transaction: what becomes of the payments
/// and their orders, the ledger, and the rows of the next calls.
///
/// Answers to payments that have a certain answer already, or are of another drop, change nothing.
/// Of two answers to one payment the first counts.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn settle(
    pool: &PgPool,
    drop_id: DropId,
    answers: Vec<Answer>,
) -> Result<Outcome, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to settle payments")?;
        let settled = conclude(&mut tx, drop_id, &answers, &OPEN, MoveCause::Pay).await?;
        let Some(outcome) = settled else { return Ok(Outcome::default()) };
        tx.commit().await.doing("commit payments")?;
        Ok(outcome)
    })
    .await
}

/// Settles answers to payments that have one of these statuses, in the caller's transaction. `None`
/// if there is none.
///
/// It locks as everybody does: stock, orders, payments; the stock only if it may change.
pub(in crate::money) async fn conclude(
    conn: &mut PgConnection,
    drop_id: DropId,
    answers: &[Answer],
    open: &[PaymentState],
    cause: MoveCause,
) -> Result<Option<Outcome>, DatabaseError> {
    let ids: Vec<PaymentId> = answers.iter().map(|answer| answer.payment_id).collect();
    let order_ids = lock::orders_of(conn, drop_id, &ids, open).await?;
    if order_ids.is_empty() {
        return Ok(None);
    }
    if answers.iter().any(|answer| answer.conclusion.may_move_units()) {
        inventory::lock(conn, drop_id).await?;
    }
    let orders = orders::lock(conn, drop_id, &order_ids).await?;
    let payments = lock::payments(conn, drop_id, &ids, open).await?;
    if payments.is_empty() {
        return Ok(None);
    }
    let moment = journal::moment(conn).await?;
    let judged = judge(orders, payments, answers, moment.at);
    write::payments(conn, drop_id, &judged, moment.at).await?;
    let outcome = changes::apply(conn, &moment, cause, drop_id, &order_changes(&judged)).await?;
    counters::add(conn, drop_id, &refund_counts(&judged)).await?;
    Ok(Some(outcome))
}
