//! What is kept for a while only, and is nobody else's to clear away.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;

/// Forgets callbacks of the provider that came more than 7 days ago, at most 10 000, the oldest
/// first; returns how many. Nobody sends one again after so long.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_provider_events(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!(
        "delete from provider_events where event_id in (
             select event_id from provider_events
             where received_at < now() - interval '7 days' order by received_at limit 10000)",
    )
    .execute(pool)
    .await
    .doing("forget old callbacks")?;
    Ok(forgotten.rows_affected())
}
