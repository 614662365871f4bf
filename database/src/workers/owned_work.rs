//! Which pieces of each role's work an instance has in hand, for the operators' view. The locks alone say
//! who may do it.

use crate::{DatabaseError, Doing};
use sqlx::PgPool;

/// Notes what an instance has in hand of a role, by the keys that the work is divided by: all of it, in
/// place of what was noted before.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn note(
    pool: &PgPool,
    instance: &str,
    role: &str,
    keys: &[String],
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into owned_work (instance, role, keys) values ($1, $2, $3)
         on conflict (instance, role) do update set keys = excluded.keys",
        instance,
        role,
        keys,
    )
    .execute(pool)
    .await
    .doing("note what an instance has in hand")?;
    Ok(())
}

/// Forgets what instances had in hand whose signs of life are forgotten; returns how many roles.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_old(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!(
        "delete from owned_work w where not exists (
             select from heartbeats h where h.instance = w.instance and h.role = w.role)",
    )
    .execute(pool)
    .await
    .doing("forget what instances had in hand")?;
    Ok(forgotten.rows_affected())
}
