//! The time as Postgres has it: what it writes down goes by no other.

use crate::{DatabaseError, Doing};
use jiff::Timestamp;
use sqlx::PgPool;

/// Returns the time by the clock of the database.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away.
pub async fn database_time(pool: &PgPool) -> Result<Timestamp, DatabaseError> {
    let now = sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(pool).await;
    Ok(now.doing("ask for the time")?.to_jiff())
}
