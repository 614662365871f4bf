//! Signs of life of the workers' roles: back-pressure and the operators' view go by them.

use crate::{DatabaseError, Doing};
use serde::Deserialize;
use sqlx::PgPool;
use std::{collections::BTreeMap, time::Duration};

/// The last sign of life of a role.
#[derive(Clone, Debug, Deserialize)]
pub struct Heartbeat {
    /// The worker process.
    pub instance: String,
    /// The role within it, such as `drain`.
    pub role: String,
    /// How long ago it was, in milliseconds.
    pub age_ms: i64,
}

/// Notes that a role of a worker is alive.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn beat(pool: &PgPool, instance: &str, role: &str) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into heartbeats (instance, role) values ($1, $2)
         on conflict (instance, role) do update set beat_at = now()",
        instance,
        role,
    )
    .execute(pool)
    .await
    .doing("note a sign of life")?;
    Ok(())
}

/// Returns how long ago any worker of this role gave a sign of life, in seconds; `None` if none
/// ever did.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn silence(pool: &PgPool, role: &str) -> Result<Option<f64>, DatabaseError> {
    sqlx::query_scalar!(
        "select extract(epoch from now() - max(beat_at))::float8 from heartbeats where role = $1",
        role,
    )
    .fetch_one(pool)
    .await
    .doing("look for signs of life")
}

/// Counts the instances that gave a sign of life of each of these roles within the last `within`.
/// A role without one is left out.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn n_alive(
    pool: &PgPool,
    roles: &[&str],
    within: Duration,
) -> Result<BTreeMap<String, i64>, DatabaseError> {
    let counts = sqlx::query!(
        r#"select role, count(*) as "n!" from heartbeats
         where role = any($1) and beat_at > now() - make_interval(secs => $2) group by role"#,
        roles as &[&str],
        within.as_secs_f64(),
    )
    .map(|row| (row.role, row.n))
    .fetch_all(pool)
    .await
    .doing("count signs of life")?;
    Ok(counts.into_iter().collect())
}

/// Forgets roles that have been silent for a day; returns how many.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn forget_old(pool: &PgPool) -> Result<u64, DatabaseError> {
    let forgotten = sqlx::query!("delete from heartbeats where beat_at < now() - interval '1 day'")
        .execute(pool)
        .await
        .doing("forget old signs of life")?;
    Ok(forgotten.rows_affected())
}
