//! Signs of life of the workers' roles: back-pressure and the operators' view go by them.

use crate::{DatabaseError, Doing};
use serde::Deserialize;
use sqlx::PgPool;

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
