//! Shoppers pay: the intents, before the provider is asked.
//!
//! | file | holds |
//! |---|---|
//! | `start.rs` | what can be begun, all of it in one statement |
//! | `why_not.rs` | what came in the way of the others |
//!
//! Under load many shoppers pay at the same moment. However many they are, it costs one commit, and
//! one look at the orders of those that got nothing.

mod start;
mod why_not;

use crate::{DatabaseError, run_to_completion};
use shared::{
    ids::{OrderId, PaymentId, ShopperId},
    lifecycle::TicketState,
};
use sqlx::PgPool;
use start::start;
use why_not::why_not;

/// Authorizations of one order, at most: as many cards may be tried.
pub(super) const MAX_ATTEMPTS: i32 = 5;

/// A shopper's wish to pay for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentWish {
    /// Names the payment: one that was begun under this id is not begun again, whatever has become
    /// of it.
    pub id: PaymentId,
    /// The order to pay.
    pub order_id: OrderId,
    /// Who wishes it; nobody pays for another's order.
    pub shopper_id: ShopperId,
    /// The provider's name for the means of payment.
    pub method: String,
}

impl PaymentWish {
    /// Returns a payment that is another one each time.
    #[must_use]
    pub fn new(order_id: OrderId, shopper_id: ShopperId, method: &str) -> Self {
        Self { id: PaymentId::generate(), order_id, shopper_id, method: method.to_owned() }
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

/// Moves reserved orders whose holds last to AUTHORIZING and writes the rows that ask the provider.
/// Returns an outcome for each wish, in their order.
///
/// Idempotent while a payment goes on; another card may follow one that was declined. Of several
/// wishes for one order, the first that can be fulfilled is.
///
/// # Errors
///
/// Returns [`DatabaseError`]. Nothing is changed then, unless the others could not be looked at:
/// the same wishes tell what was begun. One that another payment of its order overtook, begun and
/// answered meanwhile, makes all of them fail; each can be tried again alone.
pub async fn begin_authorizations(
    pool: &PgPool,
    wishes: Vec<PaymentWish>,
) -> Result<Vec<PayOutcome>, DatabaseError> {
    let pool = pool.clone();
    run_to_completion(async move {
        let are_begun = start(&pool, &wishes).await?;
        let others = wishes.iter().zip(&are_begun).filter(|(_, is_begun)| !**is_begun);
        let others: Vec<&PaymentWish> = others.map(|(wish, _)| wish).collect();
        let mut reasons = why_not(&pool, &others).await?.into_iter();
        let outcome = |is_begun| if is_begun { Some(PayOutcome::Started) } else { reasons.next() };
        Ok(are_begun.into_iter().filter_map(outcome).collect())
    })
    .await
}
