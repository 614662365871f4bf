//! Shoppers pay: the intents, before the provider is asked.
//!
//! | file | holds |
//! |---|---|
//! | `wish.rs` | a wish to pay, and what became of it |
//! | `start.rs` | what can be begun, all of it in one statement |
//! | `why_not.rs` | what came in the way of the others |
//!
//! Under load many shoppers pay at the same moment. However many they are, it costs one commit, and
//! one look at the orders of those that got nothing.

mod start;
mod why_not;
mod wish;

pub(super) use wish::MAX_ATTEMPTS;
pub use wish::{PayOutcome, PaymentWish};

use crate::{DatabaseError, run_to_completion};
use sqlx::PgPool;
use start::start;
use why_not::why_not;

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
