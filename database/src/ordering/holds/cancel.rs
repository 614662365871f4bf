//! A shopper cancels an order.

use super::ending::{Ending, end_locked};
use crate::{
    DatabaseError, Doing,
    ordering::{changes::Outcome, inventory, orders},
    run_to_completion,
};
use shared::{
    ids::{DropId, OrderId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::PgPool;

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
    let Some((drop_id, state)) = find_own(pool, order_id, shopper_id).await? else {
        return Ok(Cancelled::NotFound);
    };
    // Nobody waits for the drop's stock in vain.
    if state != TicketState::Reserved {
        return Ok(Cancelled::Refused(state));
    }
    let pool = pool.clone();
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin a cancel")?;
        inventory::lock(&mut tx, drop_id).await?;
        let locked = orders::lock(&mut tx, drop_id, &[order_id]).await?;
        // It may have moved on since it was looked at.
        match locked.first().map(|order| order.state) {
            Some(TicketState::Reserved) => {}
            Some(other) => return Ok(Cancelled::Refused(other)),
            None => return Ok(Cancelled::NotFound),
        }
        let outcome = end_locked(&mut tx, drop_id, &locked, Ending::BY_SHOPPER).await?;
        tx.commit().await.doing("commit a cancel")?;
        Ok(Cancelled::Done(outcome))
    })
    .await
}

async fn find_own(
    pool: &PgPool,
    order_id: OrderId,
    shopper_id: ShopperId,
) -> Result<Option<(DropId, TicketState)>, DatabaseError> {
    sqlx::query!(
        r#"select drop_id as "drop_id!: DropId", state as "state!: TicketState" from orders
         where id = $1 and shopper_id = $2"#,
        order_id as OrderId,
        shopper_id as ShopperId,
    )
    .map(|row| (row.drop_id, row.state))
    .fetch_optional(pool)
    .await
    .doing("look for an order to cancel")
}
