//! A row that only a person can decide.

use crate::{DatabaseError, Doing};
use shared::ids::PaymentId;
use sqlx::PgPool;

/// Hands a payment without a certain answer to a person, and ends its calls: `code` says why, in a
/// word. One that has its answer stays as it is.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn put_to_review(
    pool: &PgPool,
    payment_id: PaymentId,
    code: &str,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with closed as (
             update payments set status = 'needs_review', code = $2, updated_at = now()
             where id = $1 and status in ('pending', 'unknown') returning id)
         delete from payment_calls k using closed c where k.payment_id = c.id",
        payment_id as PaymentId,
        code,
    )
    .execute(pool)
    .await
    .doing("hand a payment to a person")?;
    Ok(())
}
