//! Payments that have been unknown for too long.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;
use std::time::Duration;

/// Hands payments whose answer has been unknown for longer than `older_than` to a person, at most
/// `limit`, and ends their calls; returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn expire_unknown(
    pool: &PgPool,
    older_than: Duration,
    limit: i64,
) -> Result<u64, DatabaseError> {
    // Only what is called can be unknown, and those rows are few.
    let done = sqlx::query!(
        "with stale as (
             select p.id from payment_calls k join payments p on p.id = k.payment_id
             where p.status = 'unknown' and p.updated_at < now() - make_interval(secs => $1)
             order by p.id limit $2 for no key update of p skip locked),
         closed as (
             update payments p set status = 'needs_review', code = 'unknown_for_too_long',
                 updated_at = now()
             from stale s where p.id = s.id returning p.id)
         delete from payment_calls k using closed c where k.payment_id = c.id",
        older_than.as_secs_f64(),
        limit,
    )
    .execute(pool)
    .await
    .doing("hand unknown payments to a person")?;
    Ok(done.rows_affected())
}
