//! The connection pool and the schema.

use crate::{DatabaseError, Doing};
use secrecy::ExposeSecret;
use shared::config::DatabaseSettings;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// Opens a pool. It connects on first use, so a database that is away does not stop a service
/// from starting.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the address can't be parsed.
pub fn connect(settings: &DatabaseSettings) -> Result<PgPool, DatabaseError> {
    let statement_timeout = settings.statement_timeout_ms.get();
    let options = settings
        .url
        .expose_secret()
        .parse::<PgConnectOptions>()
        .map_err(|source| DatabaseError::new("read the database address", source))?
        .application_name("sluice")
        .options([
            ("statement_timeout", statement_timeout.to_string()),
            ("lock_timeout", statement_timeout.min(3000).to_string()),
            // A future that was cancelled in the middle of a transaction must not keep its locks.
            ("idle_in_transaction_session_timeout", "10000".to_owned()),
        ]);
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections.get())
        .acquire_timeout(Duration::from_millis(settings.acquire_timeout_ms.get()))
        .connect_lazy_with(options))
}

/// Brings the schema up to date. Several hosts may do so at once: a lock makes them take turns.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away or a migration fails.
pub async fn migrate(pool: &PgPool) -> Result<(), DatabaseError> {
    sqlx::migrate!("./migrations")
        .run(pool)
        .await
        .map_err(|source| DatabaseError::new("migrate the schema", source.into()))
}

/// Asks for a sign of life.
///
/// # Errors
///
/// Returns [`DatabaseError`] when the database is away or has no schema yet.
pub async fn ping(pool: &PgPool) -> Result<(), DatabaseError> {
    sqlx::query("select from drops limit 1").execute(pool).await.doing("reach the database")?;
    Ok(())
}
